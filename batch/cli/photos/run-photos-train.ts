import { join } from 'node:path';
import process from 'node:process';
import type { PhotoDevice } from '../../features/photo-regions/photo-network.ts';
import { PHOTO_RECALL_RECIPE } from '../../photo-recall/recipe.ts';
import { collectTrainingPhotos } from '../../photo-training/collect-training-photos.ts';
import { PHOTO_MODEL_FOLDER } from '../../photo-training/model-folder.ts';
import { photoNetworkRecipe } from '../../photo-training/recipe.ts';
import { trainPhotoSearch } from '../../photo-training/train-photo-search.ts';
import { interruptible } from '../interrupt.ts';
import { terminalReport } from '../progress.ts';

export interface TrainPhotosCommandOptions {
  readonly data?: string;
  readonly test?: string;
  readonly run?: string;
  readonly cache: string;
  readonly device?: PhotoDevice;
  readonly out?: string;
  readonly vectors?: string;
  readonly sentences?: string;
  readonly epochs?: number;
  readonly seed: number;
  readonly backend: string;
}

/** `gsmn photos train` */
export async function runPhotosTrain(
  photos: string | undefined,
  options: TrainPhotosCommandOptions,
): Promise<void> {
  const { seed, test, cache, device, vectors, sentences, backend } = options;
  const run = options.run ?? join('runs', `photos-${seed}`);
  const data = options.data ?? join(run, 'data');
  const model = options.out ?? PHOTO_MODEL_FOLDER;
  const recipe = photoNetworkRecipe(seed);
  const network = { ...recipe, epochs: options.epochs ?? recipe.epochs };
  const recall = { ...PHOTO_RECALL_RECIPE, seed };
  const { figures } = await interruptible(async (signal) => {
    if (photos !== undefined) {
      await collectTrainingPhotos({ photos, test, data, cache, device, signal }, terminalReport);
    }
    const results = `${model}-training`;
    return trainPhotoSearch(
      { data, run, model, results, recall, network, vectors, sentences, backend, signal },
      terminalReport,
    );
  });
  process.stdout.write(`${JSON.stringify(figures, undefined, 1)}\n`);
}
