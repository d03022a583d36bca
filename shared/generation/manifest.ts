import { AppError } from '../errors/index.ts';
import type { WorkOptions } from '../model/index.ts';
import { type GenerationManifest, generationManifestSchema, storedManifestSchema } from '../schema/index.ts';
import { sha256Hex, sha256OfSource } from './checksum.ts';
import { comparesParses } from './compares-parses.ts';
import { type GenerationFiles, readWhole, withFile } from './generation-files.ts';
import { MODEL_FILES } from './model-paths.ts';

/** Paths of the parts of a generation in its folder. */
export const GENERATION_PATHS = {
  manifest: 'manifest.json',
  /** The SHA-256 of the manifest's bytes, as `sha256sum` writes it. Generations of older programs lack it. */
  manifestSum: 'manifest.sha256',
  imageNodes: 'images.nodes',
  captionNodes: 'captions.nodes',
  /** `[images, R, 4]` float32, x1 y1 x2 y2 as fractions of width and height. */
  boxes: 'boxes.npy',
  /** `[images, dimensions]` float32, unit vectors: those of the points in Qdrant. */
  imageVectors: 'images.coarse.npy',
  /** One line for each image: the payload of its point. */
  imagePayloads: 'images.jsonl',
  /**
   * The terms of the images' captions, if they are searched (`ranking.captionWeight`): where those of each image begin, `[images + 1]` uint32; their
   * indices, uint32, ascending for each image; their BM25 weights, float32. The sparse vectors of the points in Qdrant.
   */
  captionTermOffsets: 'images.terms.offsets.npy',
  captionTermIndices: 'images.terms.indices.npy',
  captionTermWeights: 'images.terms.weights.npy',
  /** `[captions, dimensions]` float32, as for images. */
  captionVectors: 'captions.coarse.npy',
  /** One line for each caption: the payload of its point. */
  captionPayloads: 'captions.jsonl',
  /** One line for each caption: its `[head, dependent]` pairs. Only if the data has parses. */
  dependencies: 'dependencies.jsonl',
  /** The model's folder (with the files of `MODEL_FILES`). */
  model: 'model',
} as const;

/** Files that every generation has. */
function requiredFiles({ model, holds }: GenerationManifest): string[] {
  const { parser, ...always } = MODEL_FILES;
  const needed = comparesParses(model.config) ? [...Object.values(always), parser] : Object.values(always);
  return [
    GENERATION_PATHS.imageNodes,
    ...(holds.includes('captions') ? [GENERATION_PATHS.captionNodes] : []),
    GENERATION_PATHS.boxes,
    ...needed.map((path) => `${GENERATION_PATHS.model}/${path}`),
  ];
}

/** Maximum bytes of a manifest; a larger file is something else. */
const LARGEST = 16 << 20;

/** Paths stay inside the folder: names of letters, digits, `.`, `_`, `-`, none starting with a dot. */
const INSIDE = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;

/** The bytes of a manifest, the same for equal manifests. */
export function manifestBytes(manifest: GenerationManifest): Uint8Array {
  return new TextEncoder().encode(
    `${JSON.stringify(generationManifestSchema.parse(manifest), undefined, 2)}\n`,
  );
}

/**
 * Parses and checks a manifest: its schema, that every path stays inside the folder and is named once, and that no
 * required file is missing. Version 1 is converted to version 2.
 *
 * @throws AppError `format_invalid`, `format_unsupported` (a later version), `generation_incomplete`.
 */
function parseManifest(bytes: Uint8Array, name: string): GenerationManifest {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new AppError('format_invalid', `${name} is not JSON`, { cause });
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version !== 1 && version !== 2) {
    throw new AppError(
      'format_unsupported',
      `${name} has version ${version}, but this program reads versions 1 and 2`,
      {
        hint: 'use the program that built the index, or build it again',
      },
    );
  }
  const parsed = storedManifestSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AppError('format_invalid', `${name}: ${issue?.path.join('.')}: ${issue?.message}`, {
      hint: 'it was changed by hand or by another program; build the generation again',
      cause: parsed.error,
    });
  }
  const manifest = parsed.data;
  const paths = manifest.files.map((file) => file.path);
  const outside = paths.find((path) => !INSIDE.test(path));
  if (outside !== undefined)
    throw new AppError('format_invalid', `${name} names a file outside of its folder: "${outside}"`);
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw new AppError('format_invalid', `${name} names "${twice}" twice`);
  const missing = requiredFiles(manifest).find((path) => !paths.includes(path));
  if (missing !== undefined) throw new AppError('generation_incomplete', `${name} does not name ${missing}`);
  return manifest;
}

/** The contents of a generation's `manifest.sha256`: `sha256sum --check` takes it. */
export function manifestSumFile(sha256: string): string {
  return `${sha256}  ${GENERATION_PATHS.manifest}\n`;
}

/** A manifest and what is known of its bytes. */
export interface StoredManifest {
  readonly manifest: GenerationManifest;
  /** SHA-256 of the file's bytes. */
  readonly sha256: string;
  /** Whether the generation has the sum of its manifest; those of older programs do not. */
  readonly sealed: boolean;
}

/**
 * Reads the manifest of a generation and checks its bytes against `manifest.sha256`, if the generation has one, and against `expected`.
 *
 * @param expected its SHA-256, if it is known from elsewhere (`active.json`).
 * @throws AppError `file_missing`, `checksum_mismatch`, and those of `parseManifest`.
 */
export async function readStoredManifest(files: GenerationFiles, expected?: string): Promise<StoredManifest> {
  const name = `${files.name}/${GENERATION_PATHS.manifest}`;
  const size = await withFile(files, GENERATION_PATHS.manifest, async (source) => source.size);
  if (size > LARGEST)
    throw new AppError('format_invalid', `${name} has ${size} bytes, too many for a manifest`);
  const bytes = await readWhole(files, GENERATION_PATHS.manifest);
  const sha256 = await sha256Hex([bytes]);
  const seal = await readSeal(files);
  for (const [sum, place] of [
    [seal, GENERATION_PATHS.manifestSum],
    [expected, 'active.json'],
  ] as const) {
    if (sum === undefined || sum === sha256) continue;
    throw new AppError('checksum_mismatch', `${name} has a different SHA-256 than in ${place}`, {
      hint: `one of the two is damaged or was changed; restore ${files.name} from a copy, or delete that folder and build again`,
    });
  }
  return { manifest: parseManifest(bytes, name), sha256, sealed: seal !== undefined };
}

/** Reads the manifest of a generation, with the checks of `readStoredManifest`. */
export async function readManifest(files: GenerationFiles, expected?: string): Promise<GenerationManifest> {
  return (await readStoredManifest(files, expected)).manifest;
}

/** The sum in a generation's `manifest.sha256`; undefined if there is no such file. */
async function readSeal(files: GenerationFiles): Promise<string | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readWhole(files, GENERATION_PATHS.manifestSum);
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'file_missing') return undefined;
    throw thrown;
  }
  const text = new TextDecoder('latin1').decode(bytes);
  const sum = /^[0-9a-f]{64}/.exec(text)?.[0] ?? '';
  if (text === manifestSumFile(sum)) return sum;
  throw new AppError('format_invalid', `${files.name}/${GENERATION_PATHS.manifestSum} is damaged`, {
    hint: `restore ${files.name} from a copy, or delete that folder and build again`,
  });
}

/**
 * Checks sizes and SHA-256 sums of a generation's files against its manifest; only of the files in `paths`, if given.
 * Progress counts bytes.
 *
 * @throws AppError `file_missing`, `checksum_mismatch`, `cancelled`.
 */
export async function verifyFiles(
  files: GenerationFiles,
  manifest: GenerationManifest,
  options: WorkOptions & { readonly paths?: readonly string[] | undefined } = {},
): Promise<void> {
  const chosen = manifest.files.filter((file) => options.paths?.includes(file.path) ?? true);
  const total = chosen.reduce((sum, file) => sum + file.bytes, 0);
  let before = 0;
  for (const file of chosen) {
    await withFile(files, file.path, async (source) => {
      const damaged = (what: string): AppError =>
        new AppError('checksum_mismatch', `${files.name}/${file.path} ${what}`, {
          hint: 'the file is damaged or was changed; build the generation again or restore it from its source',
        });
      if (source.size !== file.bytes)
        throw damaged(`has ${source.size} bytes, the manifest says ${file.bytes}`);
      const sum = await sha256OfSource(source, {
        signal: options.signal,
        onProgress: (done) => options.onProgress?.(before + done, total),
      });
      if (sum !== file.sha256) throw damaged('has a different SHA-256 than in the manifest');
    });
    before += file.bytes;
  }
}
