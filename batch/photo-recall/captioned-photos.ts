import { AppError } from '../../shared/errors/index.ts';
import { openSplit } from '../data/open-split.ts';
import { WHOLE_SIZE } from '../features/photo-regions/photo-network.ts';

/** Photographs with captions, in memory: 4 W bytes each, and their captions. */
export interface CaptionedPhotos {
  readonly count: number;
  /** W, the numbers of a description. */
  readonly size: number;
  /** `[count, W]` */
  readonly whole: Float32Array;
  /** At least one for each photograph. */
  readonly captions: readonly (readonly string[])[];
}

/**
 * Reads the photographs of a split that have captions.
 *
 * @throws AppError of `openSplit`; `file_missing` without descriptions of whole images or captions as text, `shape_mismatch` for
 *   descriptions by another network, `argument_invalid` if no photograph has a caption.
 */
export async function readCaptionedPhotos(folder: string, name: string): Promise<CaptionedPhotos> {
  const split = await openSplit(folder, name);
  try {
    const { whole, captionTexts: texts } = split;
    if (whole === undefined || texts === undefined) {
      const file = whole === undefined ? `${name}_ims_whole.npy` : `${name}_caps.txt`;
      throw new AppError('file_missing', `${folder} has no ${file}`, {
        hint: 'training needs a data folder of photographs with captions: `gsmn photos extract`',
      });
    }
    if (whole.size !== WHOLE_SIZE) {
      throw new AppError(
        'shape_mismatch',
        `${folder}: ${name}_ims_whole.npy has ${whole.size} numbers for each image, expected ${WHOLE_SIZE}`,
        { hint: 'describe the photographs by the network that ships: `gsmn photos extract`' },
      );
    }
    const all = Array.from({ length: split.images }, (_, image) => image);
    const chosen = all.filter((image) => split.captionsOf(image).length > 0);
    if (chosen.length === 0) {
      throw new AppError('argument_invalid', `${folder}: no photograph of ${name} has a caption`, {
        hint: 'give captions in the list that `gsmn photos extract` reads',
      });
    }
    const numbers = new Float32Array(chosen.length * whole.size);
    for (const [row, image] of chosen.entries()) {
      numbers.set(await whole.read(image, image + 1), row * whole.size);
    }
    const captions = chosen.map((image) => split.captionsOf(image).map((caption) => texts[caption] ?? ''));
    return { count: chosen.length, size: whole.size, whole: numbers, captions };
  } finally {
    await split.close();
  }
}

/** The photographs of both. They have descriptions of the same length. */
export function bothPhotos(first: CaptionedPhotos, second: CaptionedPhotos): CaptionedPhotos {
  const whole = new Float32Array(first.whole.length + second.whole.length);
  whole.set(first.whole);
  whole.set(second.whole, first.whole.length);
  return {
    count: first.count + second.count,
    size: first.size,
    whole,
    captions: [...first.captions, ...second.captions],
  };
}
