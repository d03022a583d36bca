import type { CaptionGraph, ImageGraph } from '../../../shared/model/index.ts';
import { propagationSchema } from '../../../shared/schema/index.ts';
import { encodeCaptionGraphs, encodeImageGraphs } from '../../data/encode-split.ts';
import { type Evaluation, openEvaluation } from '../../evaluation/open-evaluation.ts';
import { interruptible } from '../interrupt.ts';
import { checkpointFile, dataFolder, type ModelDataOptions } from '../options.ts';
import { terminalReport, withProgress } from '../progress.ts';

export type StudyOptions = ModelDataOptions & { readonly split: string };

/** A split with its encoded graphs. */
export interface EncodedSplit extends Evaluation {
  readonly images: readonly ImageGraph[];
  readonly captions: readonly CaptionGraph[];
  readonly signal: AbortSignal;
}

/** Encodes a whole split with progress, passes it to `work`, and closes it. */
export async function withEncodedSplit<T>(
  options: StudyOptions,
  work: (encoded: EncodedSplit) => Promise<T>,
): Promise<T> {
  const evaluation = await openEvaluation({
    checkpoint: checkpointFile(options),
    folder: dataFolder(options),
    split: options.split,
    vocabulary: options.vocabulary,
    boxFormat: options.boxFormat,
    propagation: propagationSchema.optional().parse(options.propagation),
    backend: options.backend,
    protocol: 'clean',
    fold5: false,
  });
  const { engines, split, boxes } = evaluation;
  for (const note of split.notes) terminalReport.warn(note);
  try {
    return await interruptible(async (signal) => {
      const images = await withProgress('encode images', 'images', (onProgress) =>
        encodeImageGraphs(engines.encoder, split, boxes, { signal, onProgress }),
      );
      for (const note of split.featureNotes()) terminalReport.warn(note);
      const captions = await withProgress('encode captions', 'captions', (onProgress) =>
        encodeCaptionGraphs(engines.encoder, split.captionIds, split.dependencies, { signal, onProgress }),
      );
      return work({ ...evaluation, images, captions, signal });
    });
  } finally {
    await evaluation.close();
  }
}
