import { join } from 'node:path';
import process from 'node:process';
import { propagationSchema } from '../../../shared/schema/index.ts';
import { galleryTable } from '../../gallery/evaluation/index.ts';
import { galleryModelFolder } from '../../gallery/model-folder.ts';
import { trainGallery } from '../../gallery/training/index.ts';
import { interruptible } from '../interrupt.ts';
import { terminalReport } from '../progress.ts';

export interface TrainGalleryCommandOptions {
  readonly data: string;
  readonly run?: string;
  readonly out?: string;
  readonly propagation: string;
  readonly seed: number;
  readonly epochs?: number;
  readonly backend: string;
}

/** `gsmn gallery train` */
export async function runGalleryTraining(options: TrainGalleryCommandOptions): Promise<void> {
  const propagation = propagationSchema.parse(options.propagation);
  const model = options.out ?? galleryModelFolder();
  const evaluation = await interruptible((signal) =>
    trainGallery(
      {
        ...options,
        run: options.run ?? join('runs', `gallery-${propagation}-${options.seed}`),
        model,
        results: `${model}-training`,
        propagation,
        signal,
      },
      terminalReport,
    ),
  );
  process.stdout.write(`${galleryTable([evaluation])}\n`);
}
