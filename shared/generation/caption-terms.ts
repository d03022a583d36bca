import { AppError } from '../errors/index.ts';
import type { ByteSource } from '../formats/byte-source.ts';
import { type NpyReader, openNpy } from '../formats/npy/index.ts';
import type { CaptionTermReader } from '../retrieval/caption-words/caption-scores.ts';
import type { GenerationManifest } from '../schema/index.ts';
import type { GenerationFiles } from './generation-files.ts';
import { GENERATION_PATHS } from './manifest.ts';
import { kept } from './payload-lines.ts';

/** The terms of the captions of a generation's images. */
export interface CaptionTermFiles extends CaptionTermReader {
  close(): Promise<void>;
}

/** The files with the terms of captions. */
export const CAPTION_TERM_PATHS = [
  GENERATION_PATHS.captionTermOffsets,
  GENERATION_PATHS.captionTermIndices,
  GENERATION_PATHS.captionTermWeights,
] as const;

/**
 * Opens the terms of the captions of a generation's images; undefined if the generation was built without them. Where each image's terms
 * begin is kept in memory, eight bytes an image; the terms of a small index as well.
 *
 * @throws AppError `generation_incomplete` if files of them are missing, `shape_mismatch`, `format_invalid`, `file_missing`.
 */
export async function openCaptionTerms(
  files: GenerationFiles,
  manifest: Pick<GenerationManifest, 'id' | 'images' | 'files' | 'ranking'>,
): Promise<CaptionTermFiles | undefined> {
  if (manifest.ranking.captionWeight === undefined) return undefined;
  const lacking = CAPTION_TERM_PATHS.find((path) => !manifest.files.some((file) => file.path === path));
  if (lacking !== undefined) {
    throw new AppError('generation_incomplete', `generation ${manifest.id} does not have ${lacking}`, {
      hint: 'build it again: `gsmn index build --search-captions`',
    });
  }
  const sources: ByteSource[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(sources.map((source) => source.close()));
  };
  try {
    const readers: NpyReader[] = [];
    for (const path of CAPTION_TERM_PATHS) {
      const source = await kept(await files.open(path));
      sources.push(source);
      readers.push(await openNpy(source));
    }
    const [offsetRows, indices, weights] = readers as [NpyReader, NpyReader, NpyReader];
    const { count } = manifest.images;
    const offsets = await offsetRows.readNumbers(0, offsetRows.rows);
    const terms = offsets[count];
    if (
      offsets.length !== count + 1 ||
      offsets[0] !== 0 ||
      indices.rows !== terms ||
      weights.rows !== terms ||
      offsets.some((offset, at) => offset < (offsets[at - 1] ?? 0))
    ) {
      throw new AppError(
        'shape_mismatch',
        `the terms of captions do not fit: ${offsets.length} offsets up to ${terms} for ${count} images, ${indices.rows} indices and ${weights.rows} weights`,
        { hint: 'build the generation again' },
      );
    }
    return {
      count,
      read: async (from, to) => {
        const [start, end] = [offsets[from] as number, offsets[to] as number];
        return {
          offsets: offsets.subarray(from, to + 1).map((offset) => offset - start),
          indices: await indices.readNumbers(start, end),
          weights: await weights.readRows(start, end),
        };
      },
      close,
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}
