import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/index.ts';
import { splitFile } from '../../data/split-files.ts';
import { readEntries, readJson } from '../../data/text-files.ts';

/** Captions of an image. */
const CAPTIONS = 5;

const twinsSchema = z.array(
  z.object({ kind: z.string(), first: z.number().int().min(0), second: z.number().int().min(0) }),
);

/** Two images that differ in one thing, and their captions. */
export interface TwinCaptions {
  /** What is exchanged between them. */
  readonly kind: string;
  /** The captions of each; those at the same position have the same wording. */
  readonly first: readonly string[];
  readonly second: readonly string[];
}

/**
 * Reads the captions of the twins in a gallery split, in the order of their rows.
 *
 * @throws AppError `file_missing`, `format_invalid` when the files are not those of a gallery.
 */
export async function readTwinCaptions(folder: string, split: string): Promise<TwinCaptions[]> {
  const path = join(folder, `${split}_twins.json`);
  const captionsPath = splitFile(folder, split, 'captionTexts');
  const captions = await readEntries(captionsPath, 'a caption');
  if (captions === undefined) throw notThere(captionsPath);
  const value = await readJson(path);
  if (value === undefined) throw notThere(path);
  const twins = twinsSchema.safeParse(value);
  if (!twins.success) {
    throw new AppError('format_invalid', `${path} is not a list of twins`, {
      hint: 'remove the gallery folder; the next start makes it again',
      cause: twins.error,
    });
  }
  const ofImage = (row: number): string[] => captions.slice(row * CAPTIONS, (row + 1) * CAPTIONS);
  return twins.data.map(({ kind, first, second }) => ({
    kind,
    first: ofImage(first),
    second: ofImage(second),
  }));
}

function notThere(path: string): AppError {
  return new AppError('file_missing', `the gallery has no file ${path}`, {
    hint: 'remove the gallery folder; the next start makes it again',
  });
}
