import { AppError } from '../errors/index.ts';
import { openNpy } from '../formats/npy/index.ts';
import type { VectorRows } from '../retrieval/exact-recall.ts';
import type { GenerationManifest } from '../schema/index.ts';
import type { GenerationFiles } from './generation-files.ts';
import { GENERATION_PATHS } from './manifest.ts';

/** Reads coarse vectors of images or captions by ranges. */
export interface CoarseVectorReader extends VectorRows {
  read(from: number, to: number): Promise<Float32Array>;
  close(): Promise<void>;
}

const PATHS = { images: GENERATION_PATHS.imageVectors, captions: GENERATION_PATHS.captionVectors } as const;

/** Whether the generation has a file with the coarse vectors of its images. */
export function hasCoarseVectors({ files }: Pick<GenerationManifest, 'files'>): boolean {
  return files.some(({ path }) => path === PATHS.images);
}

/**
 * Opens the coarse vectors of a generation's images, or of its captions.
 *
 * @throws AppError `generation_incomplete` when it has none, `shape_mismatch`, `format_invalid`, `file_missing`.
 */
export async function openCoarseVectors(
  files: GenerationFiles,
  manifest: GenerationManifest,
  of: keyof typeof PATHS = 'images',
): Promise<CoarseVectorReader> {
  if (!manifest.files.some(({ path }) => path === PATHS[of])) {
    throw new AppError(
      'generation_incomplete',
      `generation ${manifest.id} does not have the coarse vectors of its ${of}`,
      { hint: 'build it again: `gsmn index build`' },
    );
  }
  const { dimensions } = manifest.coarse;
  const { count } = manifest[of];
  const source = await files.open(PATHS[of]);
  try {
    const reader = await openNpy(source);
    const [rows = 0, length = 0] = reader.shape;
    if (reader.shape.length !== 2 || rows !== count || length !== dimensions) {
      throw new AppError(
        'shape_mismatch',
        `${source.name} is [${reader.shape.join(', ')}], expected [${count}, ${dimensions}]`,
        { hint: 'build the generation again' },
      );
    }
    return {
      count,
      dimensions,
      read: (from, to) => reader.readRows(from, to),
      close: () => source.close(),
    };
  } catch (thrown) {
    await source.close();
    throw thrown;
  }
}
