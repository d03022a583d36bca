import type { CaptionPayload, ImagePayload } from '../../shared/schema/index.ts';
import type { GenerationPlan } from './plan.ts';

/** Payloads of the image points, in order of their ids. */
export function imagePayloads({ split, captions, imagesUrl }: GenerationPlan): ImagePayload[] {
  const { images, captionsPerImage, imageNames, metadata, boxes } = split;
  return Array.from({ length: images }, (_, image) => {
    const name = imageNames?.[image] ?? `${split.split}-${image}`;
    const url = imageNames ? pictureUrl(name, imagesUrl) : undefined;
    const own = captions.slice(image * captionsPerImage, (image + 1) * captionsPerImage);
    const row = image * boxes.rowsPerImage * 2;
    return {
      name,
      ...(url === undefined ? {} : { url }),
      width: boxes.sizeRows[row] ?? Number.NaN,
      height: boxes.sizeRows[row + 1] ?? Number.NaN,
      captions: own.map(({ text }) => text),
      ...(metadata?.[image] === undefined ? {} : { metadata: metadata[image] }),
    };
  });
}

/** Payloads of the caption points, in order of their ids. */
export function captionPayloads({ captions }: GenerationPlan): CaptionPayload[] {
  return captions.map(({ text, image }) => ({ text, image }));
}

/** A line a payload. */
export function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** A name that is an address stays one; else it lies below the prefix. */
function pictureUrl(name: string, prefix: string | undefined): string | undefined {
  if (/^https?:\/\//i.test(name)) return name;
  return prefix === undefined ? undefined : prefix + name.split('/').map(encodeURIComponent).join('/');
}
