import { AppError } from '../../shared/errors/index.ts';
import { openNpy } from '../../shared/formats/npy/index.ts';
import { openFileSource } from '../../shared/platform/file-source.ts';
import type { WholeImages } from './encode-split.ts';
import { assertFeatureNumbers } from './feature-numbers.ts';

/** The open `{split}_ims_whole.npy`; the caller closes it. */
export interface WholeImageFile extends WholeImages {
  close(): Promise<void>;
}

/**
 * Opens the descriptions of whole images, `[images, W]`, any number type; one row for each image, also where the other arrays have five.
 *
 * @param label names an image in messages.
 * @returns undefined without the file.
 * @throws AppError `format_invalid`, `shape_mismatch`, `file_unreadable`.
 */
export async function openWholeImages(
  path: string,
  images: number,
  label: (image: number) => string,
): Promise<WholeImageFile | undefined> {
  const source = await openFileSource(path).catch((thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code === 'file_missing') return undefined;
    throw thrown;
  });
  if (source === undefined) return undefined;
  try {
    const reader = await openNpy(source);
    const { shape } = reader;
    const [rows, size = 0] = shape;
    if (shape.length !== 2 || rows !== images || size === 0) {
      throw new AppError(
        'shape_mismatch',
        `${path} is [${shape.join(',')}], expected a row for each of the ${images} images`,
        { hint: 'make it again, or remove it: it is not needed by every model' },
      );
    }
    return {
      size,
      read: async (from, to) => {
        const numbers = await reader.readRows(from, to);
        assertFeatureNumbers(path, numbers, (index) => label(from + Math.floor(index / size)));
        return numbers;
      },
      close: () => source.close(),
    };
  } catch (thrown) {
    await source.close();
    throw thrown;
  }
}
