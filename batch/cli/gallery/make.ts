import process from 'node:process';
import {
  GALLERY_SPLITS,
  type GallerySplit,
  type MadeSplit,
  makeGallery,
} from '../../gallery/collection/index.ts';
import { interruptible } from '../interrupt.ts';
import { terminalReport } from '../progress.ts';

export interface MakeOptions {
  readonly out: string;
  readonly split: GallerySplit | 'all';
  readonly count?: number;
  readonly threads?: number;
  readonly seed: number;
  readonly vocabulary?: string;
  readonly json?: boolean;
}

/** `gsmn gallery make` */
export async function runMake(options: MakeOptions): Promise<void> {
  const { out, split, count, threads, seed, vocabulary, json } = options;
  const made = await interruptible((signal) =>
    makeGallery({
      folder: out,
      splits: split === 'all' ? GALLERY_SPLITS : [split],
      count,
      threads,
      seed,
      vocabulary,
      report: terminalReport,
      signal,
    }),
  );
  const text = json ? JSON.stringify({ folder: out, splits: made }, undefined, 2) : made.map(line).join('\n');
  process.stdout.write(`${text}\n`);
}

function line({ split, pictures, twinPairs, captionsInTraining, found }: MadeSplit): string {
  const shared =
    captionsInTraining === undefined
      ? ''
      : `; ${captionsInTraining} of ${5 * pictures} captions occur in train, too`;
  return `${split}: ${pictures} images, ${2 * twinPairs} of them twins${shared}${found ? ' (already existed)' : ''}`;
}
