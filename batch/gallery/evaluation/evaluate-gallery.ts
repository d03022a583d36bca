import { AppError } from '../../../shared/errors/index.ts';
import { type RecallMetrics, recallMetrics } from '../../../shared/retrieval/index.ts';
import type { ModelConfig } from '../../../shared/schema/index.ts';
import { type Stage, stageScores } from '../../evaluation/stage-scores.ts';
import type { Report } from '../../report.ts';
import { readTwins } from '../../training/twins.ts';
import { type BindingAccuracy, bindingAccuracy } from './binding.ts';

/** Recall@K and binding for one score. */
export interface GalleryScore {
  readonly recalls: RecallMetrics;
  readonly binding: BindingAccuracy;
}

/** The results of a model on a split, for each stage of a search. */
export interface GalleryEvaluation extends Readonly<Record<Stage, GalleryScore>> {
  readonly config: ModelConfig;
  readonly images: number;
  readonly captions: number;
  /** Length of the shortlist of `served`. */
  readonly shortlist: number;
}

/**
 * Compares every image of a split with every caption, and evaluates the binding of twins.
 *
 * @param model a prepared model's folder.
 * @throws AppError of `stageScores`, `file_missing` without twins.
 */
export async function evaluateGallery(
  model: string,
  options: { readonly data: string; readonly split: string; readonly backend: string },
  report: Report,
  signal?: AbortSignal,
): Promise<GalleryEvaluation> {
  const { config, images, captions, captionImages, shortlist, scores } = await stageScores(
    model,
    options,
    report,
    signal,
  );
  const twins = await readTwins(options.data, options.split, images);
  if (twins === undefined) {
    throw new AppError('file_missing', `${options.data} has no ${options.split}_twins.json`, {
      hint: 'name a folder that `gsmn gallery make` wrote',
    });
  }
  const score = (stage: Stage): GalleryScore => ({
    recalls: recallMetrics(scores[stage], images, captionImages),
    binding: bindingAccuracy(scores[stage], captionImages, twins),
  });
  return {
    config,
    images,
    captions,
    shortlist,
    coarse: score('coarse'),
    gsmn: score('gsmn'),
    fused: score('fused'),
    served: score('served'),
  };
}
