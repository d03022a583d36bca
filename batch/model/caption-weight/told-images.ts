import type { CaptionGraph, Encoder, Matcher, WorkOptions } from '../../../shared/model/index.ts';
import {
  CaptionScorer,
  type CaptionTermRows,
} from '../../../shared/retrieval/caption-words/caption-scores.ts';
import { queryTerms } from '../../../shared/retrieval/caption-words/query-terms.ts';
import {
  TermCounter,
  termStatistics,
  weighedTerms,
} from '../../../shared/retrieval/caption-words/weigh-terms.ts';
import { assertRecallInputs, coarseScores, type RecallEncoder } from '../../../shared/retrieval/index.ts';
import type { Ranking } from '../../../shared/schema/index.ts';
import { nearNouns, tokenise, understandQuery, type Vocabulary } from '../../../shared/text/index.ts';
import { encodeCaptionGraphs, encodeImageGraphs } from '../../data/encode-split.ts';
import { recallImages, recallInputs } from '../../data/recall-images.ts';
import type { Split } from '../../data/split.ts';
import { scoreMatrix } from '../../evaluation/score-fold.ts';
import type { Report } from '../../report.ts';
import { someBoxes, someCaptioned, someRows } from '../training-samples.ts';

/** A prepared model, open. */
export interface OpenModel {
  readonly engines: { readonly encoder: Encoder; readonly matcher: Matcher };
  readonly recall: RecallEncoder;
  readonly vocabulary: Vocabulary;
  readonly ranking: Ranking;
}

/** A query that the captions which are searched do not hold. */
export interface HeldOutQuery {
  readonly text: string;
  /** The images that fit it, by their rows. */
  readonly relevant: ReadonlySet<number>;
}

/** Images, some of whose captions are searched, and queries made of the others; all scores are `[images, queries]`. */
export interface ToldImages {
  readonly images: number;
  readonly queries: readonly HeldOutQuery[];
  /** Queries before this one are captions, each of the one image in `relevant`; nouns follow. */
  readonly captionQueries: number;
  /** The fused score of pixels: GSMN and the weighted cosine. */
  readonly pixels: Float32Array;
  /** How well the captions that are searched fit. */
  readonly captions: Float32Array;
}

/** Images at most, and captions of each that are searched; the others are queries. */
const MOST_IMAGES = 500;
export const TOLD = 2;
/** Images whose other captions must have a noun for it to be a query. */
const NOUN_IMAGES = 5;

/**
 * Scores the images of a split that have more than two captions: the first two are searched, and the others are queries, as well as the nouns
 * that these have (an image fits if one of them has the noun). So no query is read from what is searched.
 */
export async function toldImages(
  { engines, recall, vocabulary, ranking }: OpenModel,
  split: Split,
  report: Report,
  { signal }: Pick<WorkOptions, 'signal'> = {},
): Promise<ToldImages> {
  assertRecallInputs(recall, recallInputs(split), `split ${split.split} of ${split.folder}`);
  const captionsOf = (image: number): readonly number[] => {
    const own = split.captionsOf(image);
    return own.length > TOLD ? own : [];
  };
  const chosen = someCaptioned({ images: split.images, captionsOf }, MOST_IMAGES);
  const textOf = (caption: number): string => split.captionTexts?.[caption] ?? '';
  const asked = chosen.map((image) => captionsOf(image).slice(TOLD));
  const nouns = nounQueries(
    asked.map((own) => own.map(textOf)),
    vocabulary,
  );
  const queries = [
    ...asked.flatMap((own, row) =>
      own.map((caption) => ({ text: textOf(caption), relevant: new Set([row]) })),
    ),
    ...nouns,
  ];
  const ids = [
    ...asked.flat().map((caption) => split.captionIds[caption] ?? []),
    ...nouns.map(({ text }) => understandQuery(text, vocabulary).ids),
  ];
  const parses = split.dependencies && [
    ...asked.flat().map((caption) => split.dependencies?.[caption] ?? []),
    ...nouns.map(() => [[0, 1]] as const),
  ];
  const rows = someRows(split, chosen);
  const images = await encodeImageGraphs(engines.encoder, rows, someBoxes(split, chosen), { signal });
  const graphs: CaptionGraph[] = await encodeCaptionGraphs(engines.encoder, ids, parses, { signal });
  const gsmn = await report.stage('compare', 'pairs', (onProgress) =>
    scoreMatrix(engines.matcher, images, graphs, { signal, onProgress }),
  );
  const features = await rows.readFeatures(0, chosen.length);
  const coarse = await coarseScores(
    recall,
    await recallImages(rows, 0, images, features),
    graphs.map(({ words }, at) => ({ text: queries[at]?.text, ids: ids[at] ?? [], words })),
  );
  return {
    images: chosen.length,
    queries,
    captionQueries: asked.flat().length,
    pixels: gsmn.map((score, pair) => score + ranking.coarseWeight * (coarse[pair] as number)),
    captions: captionMatrix(
      chosen.map((image) => captionsOf(image).slice(0, TOLD).map(textOf)),
      queries.map(({ text }) => understandQuery(text, vocabulary).written),
    ),
  };
}

function captionMatrix(
  told: readonly (readonly string[])[],
  queries: readonly Parameters<typeof queryTerms>[0][number]['words'][],
): Float32Array {
  const counter = new TermCounter();
  const counts = told.map((own) => counter.count(own));
  const statistics = termStatistics(counts);
  const weighed = counts.map((own) => weighedTerms(own, statistics));
  const offsets = new Float64Array(told.length + 1);
  for (const [image, own] of weighed.entries()) offsets[image + 1] = (offsets[image] as number) + own.length;
  const all = weighed.flat();
  const rows: CaptionTermRows = {
    offsets,
    indices: Float64Array.from(all, ([index]) => index),
    weights: Float32Array.from(all, ([, weight]) => weight),
  };
  const matrix = new Float32Array(told.length * queries.length);
  for (const [query, words] of queries.entries()) {
    const scores = new CaptionScorer(queryTerms([{ words, share: 1 }])).scores(rows);
    for (const [image, score] of scores.entries()) matrix[image * queries.length + query] = score;
  }
  return matrix;
}

/** Words that the model knows, that WordNet has as nouns, and that captions of a few images have. */
function nounQueries(captions: readonly (readonly string[])[], vocabulary: Vocabulary): HeldOutQuery[] {
  const images = new Map<string, Set<number>>();
  for (const [image, own] of captions.entries()) {
    for (const word of own.flatMap((caption) => tokenise(caption))) {
      const having = images.get(word);
      if (having === undefined) images.set(word, new Set([image]));
      else having.add(image);
    }
  }
  return [...images]
    .filter(
      ([word, having]) =>
        having.size >= NOUN_IMAGES &&
        vocabulary.idOf(word) !== vocabulary.unknownId &&
        nearNouns(word).length > 0,
    )
    .map(([text, relevant]) => ({ text, relevant }));
}
