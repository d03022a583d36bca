import process from 'node:process';
import { PHOTO_RECALL_RECIPE } from '../../photo-recall/recipe.ts';
import { trainPhotoRecall } from '../../photo-recall/train-photo-recall.ts';
import { interruptible } from '../interrupt.ts';
import { terminalReport } from '../progress.ts';

export interface TrainPhotosCommandOptions {
  readonly data: string;
  readonly out: string;
  readonly vectors?: string;
  readonly sentences?: string;
  readonly epochs?: number;
  readonly seed: number;
}

/** `gsmn photos train` */
export async function runPhotosTrain(options: TrainPhotosCommandOptions): Promise<void> {
  const { data, out, vectors, sentences, seed } = options;
  const { contrast } = PHOTO_RECALL_RECIPE;
  const recipe = {
    ...PHOTO_RECALL_RECIPE,
    contrast: { ...contrast, epochs: options.epochs ?? contrast.epochs },
    seed,
  };
  const { figures } = await interruptible((signal) =>
    trainPhotoRecall({ data, out, vectors, sentences, recipe, signal }, terminalReport),
  );
  process.stdout.write(`${JSON.stringify(figures, undefined, 1)}\n`);
}
