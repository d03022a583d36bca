import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../errors/index.ts';
import { canonicalJson } from '../../generation/canonical-json.ts';
import { sha256Hex } from '../../generation/checksum.ts';
import { fileReason } from '../file-reason.ts';

/** Which numbers a model's files hold, and how the names of these files end. The best come first. */
export const WEIGHTS = { full: '', fp16: '_fp16', quantized: '_quantized' } as const;
export type Weights = keyof typeof WEIGHTS;

/** The files of each side besides its network. */
export const SIDE_FILES = {
  texts: { needed: ['config.json', 'tokenizer.json'], optional: ['tokenizer_config.json'] },
  images: { needed: ['config.json', 'preprocessor_config.json'], optional: [] },
} as const;
export type Side = keyof typeof SIDE_FILES;

/** The network of a side, without the end of its name. */
export const NETWORKS: Readonly<Record<Side, string>> = {
  texts: 'onnx/text_model',
  images: 'onnx/vision_model',
};

/** The files that a side of a model is read from, by their paths in its folder. */
export interface SideFiles {
  readonly network: string;
  /** All of them, sorted. */
  readonly paths: readonly string[];
}

/**
 * Finds the files of one side of a model. If it has several networks, the most precise one counts.
 *
 * @throws AppError `file_missing` that names what is missing.
 */
export function sideFiles(folder: string, side: Side): SideFiles {
  const { needed, optional } = SIDE_FILES[side];
  const has = (path: string): boolean => existsSync(join(folder, path));
  const candidates = Object.values(WEIGHTS).map((end) => `${NETWORKS[side]}${end}.onnx`);
  const network = candidates.find(has);
  const missing = needed.find((path) => !has(path)) ?? (network === undefined ? candidates[0] : undefined);
  if (network === undefined || missing !== undefined) {
    throw new AppError('file_missing', `${folder} has no ${missing}`, {
      hint: 'a pretrained encoder is a folder in the layout of Hugging Face, with config.json, preprocessor_config.json, tokenizer.json, onnx/text_model.onnx and onnx/vision_model.onnx',
    });
  }
  // Large networks have their numbers in further files, which they name themselves.
  const numbers = readdirSync(join(folder, 'onnx'))
    .map((name) => `onnx/${name}`)
    .filter((path) => path.startsWith(`${network}_data`));
  return { network, paths: [...needed, ...optional.filter(has), network, ...numbers].sort() };
}

/** SHA-256 of a file, as hexadecimal digits. @throws AppError `file_missing`, `file_unreadable`; the signal's reason. */
export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash, { signal });
  } catch (thrown) {
    signal?.throwIfAborted();
    const missing = (thrown as NodeJS.ErrnoException).code === 'ENOENT';
    throw new AppError(
      missing ? 'file_missing' : 'file_unreadable',
      missing ? `there is no file ${path}` : `${path} cannot be read: ${fileReason(thrown)}`,
      { cause: thrown },
    );
  }
  return hash.digest('hex');
}

/** SHA-256 of files of a folder, by their paths. */
export type FileSums = Readonly<Record<string, string>>;

/** @throws AppError as `sha256OfFile`. */
export async function sumFiles(
  folder: string,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<FileSums> {
  const sums: Record<string, string> = {};
  for (const path of paths) sums[path] = await sha256OfFile(join(folder, path), signal);
  return sums;
}

/**
 * Refuses files that are not those that were expected.
 *
 * @param found the sums of files of the folder; others are not compared.
 * @throws AppError `checksum_mismatch`.
 */
export function assertFileSums(folder: string, found: FileSums, expected: FileSums, hint: string): void {
  for (const [path, sum] of Object.entries(found)) {
    if (sum === expected[path]) continue;
    throw new AppError(
      'checksum_mismatch',
      `${join(folder, path)} has the SHA-256 ${sum.slice(0, 16)}…, expected ${expected[path]?.slice(0, 16) ?? 'no such file'}…`,
      { hint },
    );
  }
}

/** A pretrained encoder: its folder, and what identifies it. */
export interface PretrainedFiles {
  /** The name of its folder, for people. */
  readonly name: string;
  readonly folder: string;
  /** SHA-256 over the sums of all files: equal files, equal vectors. */
  readonly identity: string;
  readonly sums: FileSums;
  readonly texts: SideFiles;
  readonly images: SideFiles;
}

/**
 * Finds the files of a pretrained encoder and reads all of them for their sums.
 *
 * @throws AppError `file_missing`, `file_unreadable`; the signal's reason.
 */
export async function findPretrainedFiles(folder: string, signal?: AbortSignal): Promise<PretrainedFiles> {
  if (!existsSync(folder)) {
    throw new AppError('file_missing', `there is no folder ${folder}`, {
      hint: 'name the folder of a pretrained encoder, or one that `gsmn models list` knows',
    });
  }
  const [texts, images] = [sideFiles(folder, 'texts'), sideFiles(folder, 'images')];
  const sums = await sumFiles(folder, [...new Set([...texts.paths, ...images.paths])].sort(), signal);
  return {
    name: basename(resolve(folder)),
    folder,
    identity: await sha256Hex([canonicalJson(sums)]),
    sums,
    texts,
    images,
  };
}
