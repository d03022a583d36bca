import {
  type CaptionPayload,
  type FieldValues,
  type ImagePayload,
  PAYLOAD_FIELDS,
} from '../../shared/schema/index.ts';
import { isAddress } from '../data/image-files.ts';
import type { GenerationPlan } from './plan.ts';

/** Payload of an image point as it is stored. */
type StoredPayload = ImagePayload & { readonly [PAYLOAD_FIELDS]?: FieldValues };

/**
 * Payloads of the image points, in the order of their ids. Their metadata is what answers may show; what filters compare is beside it,
 * and never leaves the index.
 */
export function imagePayloads({ split, captions, imagesUrl, fields }: GenerationPlan): StoredPayload[] {
  const { images, imageNames, sizes } = split;
  const metadata = fields?.metadata ?? split.metadata;
  return Array.from({ length: images }, (_, image) => {
    const name = imageNames?.[image] ?? `${split.split}-${image}`;
    const url = imageNames ? imageUrl(name, imagesUrl) : undefined;
    return {
      name,
      ...(url === undefined ? {} : { url }),
      width: sizes[image * 2] ?? Number.NaN,
      height: sizes[image * 2 + 1] ?? Number.NaN,
      captions: split.captionsOf(image).map((caption) => captions[caption]?.text ?? ''),
      ...(split.metadata?.[image] === undefined ? {} : { metadata: metadata?.[image] }),
      ...(fields === undefined ? {} : { [PAYLOAD_FIELDS]: fields.values[image] }),
    };
  });
}

/** Payloads of the caption points, in the order of their ids. */
export function captionPayloads({ captions }: GenerationPlan): CaptionPayload[] {
  return captions.map(({ text, image }) => ({ text, image }));
}

/** One line for each payload. */
export function jsonLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** A name that is an address is kept; any other name is put below the prefix. */
function imageUrl(name: string, prefix: string | undefined): string | undefined {
  if (isAddress(name)) return name;
  return prefix === undefined ? undefined : prefix + name.split('/').map(encodeURIComponent).join('/');
}
