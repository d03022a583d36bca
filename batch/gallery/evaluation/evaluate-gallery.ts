import { AppError } from '../../../shared/errors/index.ts';
import { readModel } from '../../../shared/generation/index.ts';
import { createEngines } from '../../../shared/platform/engines/index.ts';
import { folderFiles } from '../../../shared/platform/folder-files.ts';
import {
  assertRecallInputs,
  cascadeScores,
  coarseScores,
  fuseScores,
  openRecallEncoder,
  type RecallMetrics,
  recallMetrics,
} from '../../../shared/retrieval/index.ts';
import type { ModelConfig } from '../../../shared/schema/index.ts';
import { encodeCaptionGraphs, encodeImageGraphs } from '../../data/encode-split.ts';
import { assertFeaturesOf } from '../../data/feature-identity.ts';
import { openSplit } from '../../data/open-split.ts';
import { recallImages, recallInputs } from '../../data/recall-images.ts';
import { scoreMatrix } from '../../evaluation/score-fold.ts';
import type { Report } from '../../report.ts';
import { readTwins } from '../../training/twins.ts';
import { type BindingAccuracy, bindingAccuracy } from './binding.ts';

/** Recall@K and binding for one score. */
export interface GalleryScore {
  readonly recalls: RecallMetrics;
  readonly binding: BindingAccuracy;
}

/** The results of a model on a split, for each score alone and for the fused score. */
export interface GalleryEvaluation {
  readonly config: ModelConfig;
  readonly images: number;
  readonly captions: number;
  /** The recall encoder alone. */
  readonly coarse: GalleryScore;
  /** GSMN alone. */
  readonly gsmn: GalleryScore;
  /** The fused score with the model's weight, for every pair. */
  readonly fused: GalleryScore;
  /** The order of a search: the shortlist of the recall encoder sorted by the fused score, then the rest. */
  readonly served: GalleryScore;
  /** Its length. */
  readonly shortlist: number;
}

/**
 * Compares every image of a split with every caption, and evaluates the binding of twins.
 *
 * @param model a prepared model's folder.
 * @throws AppError of the readers, `file_missing` without twins, `backend_unavailable`, `cancelled`.
 */
export async function evaluateGallery(
  model: string,
  { data, split: name, backend }: { readonly data: string; readonly split: string; readonly backend: string },
  report: Report,
  signal?: AbortSignal,
): Promise<GalleryEvaluation> {
  const loaded = await readModel(folderFiles(model));
  const { config, parameters, coarse: stored, ranking } = loaded;
  const split = await openSplit(data, name, { vocabularySize: config.vocabularySize });
  const engines = await createEngines(config, parameters, backend);
  try {
    assertFeaturesOf(split, { ...loaded, path: model, kind: 'model folder' });
    const twins = await readTwins(data, name, split.images);
    if (twins === undefined) {
      throw new AppError('file_missing', `${data} has no ${name}_twins.json`, {
        hint: 'name a folder that `gsmn gallery make` wrote',
      });
    }
    const { images, boxes, captionIds, captionImages } = split;
    const imageGraphs = await encodeImageGraphs(engines.encoder, split, boxes, { signal });
    const captionGraphs = await encodeCaptionGraphs(engines.encoder, captionIds, split.dependencies, {
      signal,
    });
    const gsmn = await report.stage(`comparing on ${name}`, 'pairs', (onProgress) =>
      scoreMatrix(engines.matcher, imageGraphs, captionGraphs, { signal, onProgress }),
    );
    const features = await split.readFeatures(0, images);
    const recall = await openRecallEncoder(stored);
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
    const score = (scores: Float32Array): GalleryScore => ({
      recalls: recallMetrics(scores, images, captionImages),
      binding: bindingAccuracy(scores, captionImages, twins),
    });
    const { shortlist, coarseWeight } = ranking;
    const fused = fuseScores(gsmn, coarse, coarseWeight);
    return {
      config,
      images,
      captions,
      shortlist,
      coarse: score(coarse),
      gsmn: score(gsmn),
      fused: score(fused),
      served: score(cascadeScores(coarse, fused, images, captions, shortlist)),
    };
  } finally {
    await engines.encoder.dispose();
    await engines.matcher.dispose();
    await split.close();
  }
}
