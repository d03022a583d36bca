import { zipSync } from 'fflate';
import { AppError } from '../../errors/index.ts';
import type { ByteSource } from '../byte-source.ts';
import { openZip } from '../zip/zip-archive.ts';
import { type NpyReader, openNpy } from './npy-reader.ts';
import { type NpyArray, writeNpy } from './npy-writer.ts';

/** The arrays of a .npz file by name. */
export interface NpzReader {
  /** Without the suffix `.npy` of the members. */
  names(): readonly string[];
  /**
   * @throws AppError `format_invalid` if there is no array of that name, or a broken one; `format_unsupported` if it is
   *   not packed as numpy does.
   */
  open(name: string): Promise<NpyReader>;
}

const ENDING = '.npy';
/** Above, an archive needs zip64. */
const LARGEST_ARCHIVE = 0xffffffff - (1 << 20);

/**
 * Opens a .npz file as written by `numpy.savez` and `savez_compressed`. The caller closes the source after the last use
 * of an array.
 *
 * @throws AppError `format_invalid`, `format_unsupported`.
 */
export async function openNpz(source: ByteSource): Promise<NpzReader> {
  const archive = await openZip(source);
  const names = archive.names
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length));
  return {
    names: () => names,
    open: async (name) => {
      if (!names.includes(name)) {
        throw new AppError('format_invalid', `${source.name}: has no array ${JSON.stringify(name)}`, {
          hint: `its arrays are ${names.slice(0, 20).join(', ')}`,
        });
      }
      return openNpy(await archive.open(name + ENDING));
    },
  };
}

/**
 * A .npz file, stored or `compressed`. The same arrays give the same bytes.
 *
 * @throws AppError `argument_invalid` above 4 GB; as `writeNpy`.
 */
export function writeNpz(arrays: ReadonlyMap<string, NpyArray>, compressed = false): Uint8Array {
  const files: Record<string, Uint8Array> = Object.create(null);
  let size = 0;
  for (const [name, array] of arrays) {
    const bytes = writeNpy(array);
    files[name + ENDING] = bytes;
    size += bytes.length;
  }
  if (size > LARGEST_ARCHIVE) {
    throw new AppError('argument_invalid', `a .npz file of ${size} bytes is too large`, {
      hint: 'write a .npy file for each array',
    });
  }
  // The earliest date of an archive, in local time, as archives have it.
  return zipSync(files, { level: compressed ? 6 : 0, mtime: new Date(1980, 0, 1) });
}
