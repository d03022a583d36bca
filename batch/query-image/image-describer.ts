import { float16BitsToFloat32 } from '../../shared/formats/float16.ts';
import { openPretrainedImages, readImageForm } from '../../shared/platform/pretrained/pretrained-images.ts';
import { packFeatures, unpackFeatures } from '../extraction/network-features.ts';
import { drawnRegions } from '../features/drawn-regions/drawn-regions.ts';
import { regionBoxes } from '../features/photo-regions/grid-regions.ts';
import { readPhotoModel } from '../features/photo-regions/model-file.ts';
import { openPhotoNetwork, PHOTO_FORM } from '../features/photo-regions/photo-network.ts';
import type { PixelForm, Pixels } from '../photos/read/decode-pixels.ts';

/** What describes the images of an index: its feature source, or the image side of its pretrained encoder. */
export type DescriberName =
  | { readonly kind: 'drawn-regions' }
  | { readonly kind: 'photo-regions' }
  | { readonly kind: 'pretrained'; readonly folder: string; readonly network: string };

/** An image as the data of its index has it, before the index's model encodes it. */
export interface ImageDescription {
  /** Of the image that the boxes are in, in pixels. */
  readonly width: number;
  readonly height: number;
  /** `[R, 4]`, x1 y1 x2 y2 in pixels. */
  readonly boxes: Float32Array;
  /** `[R, F]`, as data folders hold them. */
  readonly features: Float32Array;
  /** `[W]`, of a source that describes whole images. */
  readonly whole?: Float32Array | undefined;
  /** `[dimensions]`, of a pretrained encoder. */
  readonly encoded?: Float32Array | undefined;
}

export interface ImageDescriber {
  /** How images are decoded for it. */
  readonly form: PixelForm;
  /** @param size upright, of the image before it was brought into the form. */
  describe(
    pixels: Pixels,
    size: { readonly width: number; readonly height: number },
  ): Promise<ImageDescription>;
}

/** A drawing of the gallery has 640 x 480 pixels and stays as it is. Larger images are reduced: the source looks at 160 of a side. */
const DRAWING = {
  size: 1024,
  fit: 'inside',
  kernel: 'lanczos3',
  enlarge: false,
} as const satisfies PixelForm;

const NONE = new Float32Array(0);

/**
 * Opens what describes images. It occupies the thread while it does.
 *
 * @throws AppError of `readPhotoModel`, `openPhotoNetwork` and `openPretrainedImages`.
 */
export function openDescriber(name: DescriberName): Promise<ImageDescriber> {
  if (name.kind === 'drawn-regions') return drawings();
  return name.kind === 'photo-regions' ? photographs() : pretrained(name);
}

async function drawings(): Promise<ImageDescriber> {
  return {
    form: DRAWING,
    describe: async (pixels) => {
      const { width, height } = pixels;
      const { boxes, features } = await drawnRegions.extract(pixels);
      return { width, height, boxes, features: Float32Array.from(features) };
    },
  };
}

async function photographs(): Promise<ImageDescriber> {
  const { bytes } = await readPhotoModel();
  const network = await openPhotoNetwork(bytes);
  return {
    form: PHOTO_FORM,
    describe: async ({ rgb }, { width, height }) => {
      const [description] = await network.describe([rgb]);
      if (description === undefined) throw new RangeError('one image has one description');
      // Rounded as they are kept.
      const { whole, regions } = unpackFeatures(packFeatures(description));
      return {
        width,
        height,
        boxes: regionBoxes(width, height),
        features: float16BitsToFloat32(regions),
        whole,
      };
    },
  };
}

async function pretrained({
  folder,
  network,
}: Extract<DescriberName, { kind: 'pretrained' }>): Promise<ImageDescriber> {
  const { pixels: form } = await readImageForm(folder);
  const images = await openPretrainedImages(folder, { network });
  return {
    form,
    describe: async (pixels, size) => ({
      ...size,
      boxes: NONE,
      features: NONE,
      encoded: await images.encode(pixels),
    }),
  };
}
