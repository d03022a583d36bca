import { join } from 'node:path';
import { z } from 'zod';
import { canonicalJson, sha256Hex } from '../../../shared/generation/index.ts';
import { readJsonFile, writeFileAtomic } from '../../../shared/platform/atomic-file.ts';
import { drawnRegions } from '../../features/drawn-regions/drawn-regions.ts';
import { drawImage, drawTwins } from '../scenes/index.ts';
import type { GallerySplit } from './plan.ts';

/** Raise it when the files change in a way that the samples below do not show. */
const VERSION = 1;

const stampSchema = z.object({
  fingerprint: z.string(),
  pictures: z.number().int(),
  twinPairs: z.number().int(),
  /** Captions that also occur word for word in the usual `train` split; absent for `train` itself. */
  captionsInTraining: z.number().int().optional(),
});

/** What a finished split records about itself. */
export type Stamp = z.output<typeof stampSchema>;

/** The stamp of a split in a folder; undefined if it was not finished. */
export async function readStamp(folder: string, split: GallerySplit): Promise<Stamp | undefined> {
  return stampSchema.safeParse(await readJsonFile(stampPath(folder, split))).data;
}

export async function writeStamp(folder: string, split: GallerySplit, stamp: Stamp): Promise<void> {
  await writeFileAtomic(stampPath(folder, split), `${JSON.stringify(stamp)}\n`);
}

export function stampPath(folder: string, split: GallerySplit): string {
  return join(folder, `${split}_gallery.json`);
}

/**
 * A fingerprint of everything that a split's bytes depend on: the settings, and the code for drawings and features,
 * represented by a few samples.
 */
export async function galleryFingerprint(settings: Readonly<Record<string, unknown>>): Promise<string> {
  const drawings = [drawImage(1), drawImage(2), ...Object.values(drawTwins(3))];
  const { boxes, features } = await drawnRegions.extract({
    rgb: samplePixels(),
    width: SAMPLE,
    height: SAMPLE,
  });
  return sha256Hex([
    canonicalJson({ version: VERSION, settings, drawings }),
    new Uint8Array(boxes.buffer),
    new Uint8Array(features.buffer),
  ]);
}

const SAMPLE = 48;

/** Some pixels with edges, plain and busy parts. */
function samplePixels(): Uint8Array {
  return Uint8Array.from({ length: SAMPLE * SAMPLE * 3 }, (_, index) => {
    const [x, y] = [Math.floor(index / 3) % SAMPLE, Math.floor(index / 3 / SAMPLE)];
    const things = (x > 8 && x < 22 && y > 12 ? 120 : 0) + (y > 30 ? 60 : 0) + (x > 30 ? (x * y) % 40 : 0);
    return 40 + things + 10 * (index % 3);
  });
}
