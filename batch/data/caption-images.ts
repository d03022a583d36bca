import { AppError } from '../../shared/errors/index.ts';
import { type CaptionImages, evenCaptionImages } from '../../shared/retrieval/index.ts';

/** The single line that replaces a line for each caption: every image has the same number of captions, in order. */
const EVEN = /^(\d{1,6}) per image$/;

/** What to write if the data does not say which caption belongs to which image. */
export const CAPTION_IMAGES_HINT =
  'it holds a line for each caption: the row of its image, counted from 0; or, where every image has the same number of captions, the single line "2 per image"';

/**
 * Parses `{split}_caption_images.txt`: for each caption the row of its image.
 *
 * @param images number of images, which are the rows of the arrays.
 * @throws AppError `format_invalid` with file and line, `shape_mismatch`.
 */
export function parseCaptionImages(
  path: string,
  lines: readonly string[],
  images: number,
  captions: number,
): CaptionImages {
  const even = lines.length === 1 ? EVEN.exec(lines[0]?.trim() ?? '')?.[1] : undefined;
  if (even !== undefined) {
    const perImage = Number(even);
    if (images * perImage === captions) return evenCaptionImages(images, perImage);
    throw new AppError(
      'shape_mismatch',
      `${path} says ${perImage} captions for each image: ${images} images have ${images * perImage}, but there are ${captions} captions`,
      { hint: CAPTION_IMAGES_HINT },
    );
  }
  if (lines.length !== captions) {
    throw new AppError('shape_mismatch', `${path} has ${lines.length} lines for ${captions} captions`, {
      hint: CAPTION_IMAGES_HINT,
    });
  }
  return Int32Array.from(lines, (line, index) => {
    const where = `${path}:${index + 1}`;
    const text = line.trim();
    if (!/^\d{1,9}$/.test(text)) {
      throw new AppError('format_invalid', `${where}: "${text}" is not the row of an image`, {
        hint: CAPTION_IMAGES_HINT,
      });
    }
    if (Number(text) < images) return Number(text);
    throw new AppError('format_invalid', `${where}: there is no row ${text}, the last one is ${images - 1}`, {
      hint: CAPTION_IMAGES_HINT,
    });
  });
}

/** The captions of each image, in their order. */
export function captionsByImage(
  captionImages: CaptionImages,
  images: number,
): readonly (readonly number[])[] {
  const captions = Array.from({ length: images }, (): number[] => []);
  for (const [caption, image] of captionImages.entries()) captions[image]?.push(caption);
  return captions;
}
