import type { Parameters, WorkOptions } from '../../shared/model/index.ts';
import { createEngines } from '../../shared/platform/engines/index.ts';
import { type RecallMetrics, recallMetrics } from '../../shared/retrieval/index.ts';
import type { ModelConfig } from '../../shared/schema/index.ts';
import { encodeCaptionGraphs, encodeImageGraphs } from '../data/encode-split.ts';
import type { Split } from '../data/split.ts';
import { scoreMatrix } from '../evaluation/score-fold.ts';

/**
 * Recall@K of a network on a split, with every image compared with every caption.
 *
 * @param images number of first images to use.
 */
export async function validate(
  config: ModelConfig,
  parameters: Parameters,
  split: Split,
  { backend, images, ...work }: { readonly backend: string; readonly images: number } & WorkOptions,
): Promise<RecallMetrics> {
  const engines = await createEngines(config, parameters, backend);
  try {
    const captions = Array.from(split.captionImages.keys()).filter(
      (caption) => (split.captionImages[caption] ?? images) < images,
    );
    const { signal } = work;
    const parses = split.dependencies;
    const rows = { ...split, images };
    const scores = await scoreMatrix(
      engines.matcher,
      await encodeImageGraphs(engines.encoder, rows, split.boxes, { signal }),
      await encodeCaptionGraphs(
        engines.encoder,
        captions.map((caption) => split.captionIds[caption] ?? []),
        parses && captions.map((caption) => parses[caption] ?? []),
        { signal },
      ),
      work,
    );
    return recallMetrics(
      scores,
      images,
      Int32Array.from(captions, (caption) => split.captionImages[caption] ?? -1),
    );
  } finally {
    await engines.encoder.dispose();
    await engines.matcher.dispose();
  }
}
