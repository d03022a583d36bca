import { join } from 'node:path';
import { AppError } from '../../../shared/errors/index.ts';
import { MODEL_FILES, readModel } from '../../../shared/generation/index.ts';
import { assertWritable } from '../../../shared/platform/atomic-file.ts';
import { folderFiles } from '../../../shared/platform/folder-files.ts';
import type { Report } from '../../report.ts';
import { fitOnSplit, writeRanking } from '../fit-on-split.ts';
import { type FittedCaptionWeight, fitCaptionWeight } from './fit-caption-weight.ts';
import { TOLD, toldImages } from './told-images.ts';

export interface FitCaptionsOptions {
  /** A model folder, which gets the weight. */
  readonly model: string;
  readonly data: string;
  /** A split that the model has not seen, with captions. */
  readonly split: string;
  readonly backend: string;
  readonly signal?: AbortSignal | undefined;
}

/** Images with captions to spare that a fit needs. */
const LEAST_IMAGES = 30;

/**
 * Fits what captions count for a prepared model and writes it into its folder; nothing else of it changes.
 *
 * @returns the weight, and what it brings.
 * @throws AppError of the readers; `argument_invalid` if too few images have more captions than are searched.
 */
export async function fitCaptions(options: FitCaptionsOptions, report: Report): Promise<FittedCaptionWeight> {
  const { model: path, data, split: name, signal } = options;
  const model = await readModel(folderFiles(path));
  await assertWritable(join(path, MODEL_FILES.config));
  return fitOnSplit(model, path, options, async (ready, split) => {
    if (split.captionTexts === undefined) {
      throw new AppError('argument_invalid', `split ${name} of ${data} has no captions as text`, {
        hint: 'docs/data-folder.md says how captions are written',
      });
    }
    const told = await toldImages(ready, split, report, { signal });
    if (told.images < LEAST_IMAGES) {
      throw new AppError(
        'argument_invalid',
        `split ${name} of ${data} has ${told.images} images with more than ${TOLD} captions, a fit needs ${LEAST_IMAGES}`,
        { hint: 'use a split with some hundred captioned images' },
      );
    }
    const fitted = fitCaptionWeight(told, model.ranking.coarseWeight);
    await writeRanking(path, model, { captionWeight: fitted.captionWeight });
    return fitted;
  });
}
