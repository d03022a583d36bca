import { readModel } from '../../shared/generation/index.ts';
import { createEngines } from '../../shared/platform/engines/index.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import {
  assertRecallInputs,
  type CaptionImages,
  cascadeScores,
  coarseScores,
  fuseScores,
  openRecallEncoder,
} from '../../shared/retrieval/index.ts';
import type { ModelConfig } from '../../shared/schema/index.ts';
import { encodeCaptionGraphs, encodeImageGraphs } from '../data/encode-split.ts';
import { assertFeaturesOf } from '../data/feature-identity.ts';
import { openSplit } from '../data/open-split.ts';
import { recallImages, recallInputs } from '../data/recall-images.ts';
import type { Report } from '../report.ts';
import { scoreMatrix } from './score-fold.ts';

/** The stages of a search, in their order. */
export const STAGES = ['coarse', 'gsmn', 'fused', 'served'] as const;
export type Stage = (typeof STAGES)[number];

/** The scores of each stage for every image of a split with every caption, `[images, captions]`. */
export interface StageScores {
  readonly config: ModelConfig;
  readonly images: number;
  readonly captions: number;
  /** The image of each caption. */
  readonly captionImages: CaptionImages;
  /** Length of the shortlist of `served`. */
  readonly shortlist: number;
  /**
   * `coarse`: the recall encoder alone. `gsmn`: GSMN alone. `fused`: both with the model's weight. `served`: the order of a search,
   * the shortlist of the recall encoder sorted by the fused score, then the rest.
   */
  readonly scores: Readonly<Record<Stage, Float32Array>>;
}

/**
 * Compares every image of a split with every caption.
 *
 * @param model a prepared model's folder.
 * @throws AppError of the readers, `backend_unavailable`, `cancelled`.
 */
export async function stageScores(
  model: string,
  { data, split: name, backend }: { readonly data: string; readonly split: string; readonly backend: string },
  report: Report,
  signal?: AbortSignal,
): Promise<StageScores> {
  const loaded = await readModel(folderFiles(model));
  const { config, parameters, ranking } = loaded;
  const split = await openSplit(data, name, { vocabularySize: config.vocabularySize });
  const engines = await createEngines(config, parameters, backend);
  try {
    assertFeaturesOf(split, { ...loaded, path: model, kind: 'model folder' });
    const { images, boxes, captionIds, captionImages } = split;
    const imageGraphs = await encodeImageGraphs(engines.encoder, split, boxes, { signal });
    const captionGraphs = await encodeCaptionGraphs(engines.encoder, captionIds, split.dependencies, {
      signal,
    });
    const gsmn = await report.stage(`comparing on ${name}`, 'pairs', (onProgress) =>
      scoreMatrix(engines.matcher, imageGraphs, captionGraphs, { signal, onProgress }),
    );
    const features = await split.readFeatures(0, images);
    const recall = await openRecallEncoder(loaded.coarse);
    assertRecallInputs(recall, recallInputs(split), `split ${name} of ${data}`);
    const coarse = await coarseScores(
      recall,
      await recallImages(split, 0, imageGraphs, features),
      captionGraphs.map(({ words }, caption) => ({
        text: split.captionTexts?.[caption],
        ids: captionIds[caption] ?? [],
        words,
      })),
    );
    await recall.dispose?.();
    const captions = captionIds.length;
    const { shortlist, coarseWeight } = ranking;
    const fused = fuseScores(gsmn, coarse, coarseWeight);
    const served = cascadeScores(coarse, fused, images, captions, shortlist);
    return { config, images, captions, captionImages, shortlist, scores: { coarse, gsmn, fused, served } };
  } finally {
    await engines.encoder.dispose();
    await engines.matcher.dispose();
    await split.close();
  }
}
