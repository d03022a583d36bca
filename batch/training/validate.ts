import type { Parameters, WorkOptions } from '../../shared/model/index.ts';
import { createEngines } from '../../shared/platform/engines/index.ts';
import { type RecallMetrics, recallMetrics } from '../../shared/retrieval/index.ts';
import type { ModelConfig } from '../../shared/schema/index.ts';
import { encodeCaptionGraphs, encodeImageGraphs } from '../data/encode-split.ts';
import { scoringBoxes } from '../data/protocol-boxes.ts';
import type { Split } from '../data/split.ts';
import { scoreMatrix } from '../evaluation/score-fold.ts';

/**
 * Recalls of a network on a split, every image compared with every caption.
 *
 * @param images how many to look at, the first ones.
 */
export async function validate(
  config: ModelConfig,
  parameters: Parameters,
  split: Split,
  { backend, images, ...work }: { readonly backend: string; readonly images: number } & WorkOptions,
): Promise<RecallMetrics> {
  const engines = await createEngines(config, parameters, backend);
  try {
    const captions = images * split.captionsPerImage;
    const boxes = scoringBoxes(split.boxes, 'clean', false);
    const { signal } = work;
    const rows = { ...split, images };
    const scores = await scoreMatrix(
      engines.matcher,
      await encodeImageGraphs(engines.encoder, rows, boxes, { signal }),
      await encodeCaptionGraphs(engines.encoder, split.captionIds.slice(0, captions), split.dependencies, {
        signal,
      }),
      work,
    );
    return recallMetrics(scores, images, captions);
  } finally {
    await engines.encoder.dispose();
    await engines.matcher.dispose();
  }
}
