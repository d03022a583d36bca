import type { CaptionGraph, ImageGraph } from '../../shared/model/index.ts';
import { encodeCaptionGraphs, encodeImageGraphs } from '../data/encode-split.ts';
import type { Report } from '../report.ts';
import type { Fold } from './folds.ts';
import type { Evaluation } from './open-evaluation.ts';
import type { Members } from './open-members.ts';
import { type SimilarityRows, scoreRows } from './score-fold.ts';

type Stage = Report['stage'];

/** The graphs of a fold, in its order. */
export interface FoldGraphs {
  readonly images: readonly ImageGraph[];
  readonly captions: readonly CaptionGraph[];
}

/**
 * Matches every image of a fold with every caption and passes on the rows of the similarity matrix, in order. For
 * several models it is the mean of their matrices, as in the released `test_stack.py`.
 *
 * The rows of a single model are passed on block by block. Several models are encoded and compared one after another,
 * so that only one model's nodes are in memory, and their mean is passed on as a whole at the end.
 */
export async function scoreMembers(
  members: Members,
  fold: Fold,
  use: (rows: SimilarityRows) => Promise<void> | void,
  stage: Stage,
  signal?: AbortSignal,
): Promise<void> {
  const [first, ...others] = members;
  if (others.length === 0) return scoreMember(first, fold, use, stage, signal);
  const images = fold.images[1] - fold.images[0];
  const captions = fold.captions.length;
  const mean = new Float32Array(images * captions);
  for (const [index, member] of members.entries()) {
    const add = ({ from, similarities }: SimilarityRows): void => {
      const start = from * captions;
      for (const [pair, score] of similarities.entries())
        mean[start + pair] = (mean[start + pair] ?? 0) + score;
    };
    const numbered: Stage = (label, ...rest) => stage(`model ${index + 1}: ${label}`, ...rest);
    await scoreMember(member, fold, add, numbered, signal);
  }
  for (const [pair, sum] of mean.entries()) mean[pair] = sum / members.length;
  await use({ from: 0, images, similarities: mean });
}

async function scoreMember(
  member: Evaluation,
  fold: Fold,
  use: (rows: SimilarityRows) => Promise<void> | void,
  stage: Stage,
  signal?: AbortSignal,
): Promise<void> {
  const { images, captions } = await encodeFold(member, fold, stage, signal);
  await stage('comparing', 'pairs', async (onProgress) => {
    for await (const rows of scoreRows(member.engines.matcher, images, captions, { signal, onProgress })) {
      await use(rows);
    }
  });
}

/** Encodes the images and the captions of one fold: only one fold's nodes are in memory at once. */
export async function encodeFold(
  { split, engines, boxes }: Evaluation,
  fold: Fold,
  stage: Stage,
  signal?: AbortSignal,
): Promise<FoldGraphs> {
  const [firstImage, lastImage] = fold.images;
  const rows = {
    images: lastImage - firstImage,
    regions: split.regions,
    featureSize: split.featureSize,
    readFeatures: (from: number, to: number) => split.readFeatures(firstImage + from, firstImage + to),
  };
  const size = split.regions * 4;
  const images = await stage('encoding images', 'images', (onProgress) =>
    encodeImageGraphs(engines.encoder, rows, boxes.subarray(firstImage * size, lastImage * size), {
      signal,
      onProgress,
    }),
  );
  const parses = split.dependencies;
  const captions = await stage('encoding captions', 'captions', (onProgress) =>
    encodeCaptionGraphs(
      engines.encoder,
      fold.captions.map((caption) => split.captionIds[caption] ?? []),
      parses && fold.captions.map((caption) => parses[caption] ?? []),
      { signal, onProgress },
    ),
  );
  return { images, captions };
}
