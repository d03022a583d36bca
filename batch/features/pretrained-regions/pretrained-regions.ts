import sharp, { type Region } from 'sharp';
import { canonicalJson } from '../../../shared/generation/canonical-json.ts';
import { sha256Hex } from '../../../shared/generation/checksum.ts';
import type { PretrainedFiles } from '../../../shared/platform/pretrained/pretrained-files.ts';
import {
  openPretrainedImages,
  readImageForm,
} from '../../../shared/platform/pretrained/pretrained-images.ts';
import type { FeatureSource, ImagePixels } from '../feature-source.ts';
import { REGION_COUNT, regionBoxes } from '../photo-regions/grid-regions.ts';

/** The smallest regions are a fifth of the image: at this many times the encoder's input they need no enlarging. */
const ENLARGED = 5;
/** Chosen: larger squares would need memory rather than show more of a photograph. */
const LARGEST = 2000;

/** How whole photographs are decoded: squashed into a square. */
export interface SquareForm {
  readonly size: number;
  readonly fit: 'fill';
  readonly kernel: 'nearest' | 'lanczos3' | 'linear' | 'cubic';
}

export interface PretrainedRegions extends FeatureSource {
  readonly weights: string;
  readonly form: SquareForm;
  /**
   * The features of the regions of an image, `[R, F]`.
   *
   * @param image in `form`.
   * @throws AppError of `PretrainedImages.encode`.
   */
  describe(image: ImagePixels): Promise<Float32Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/**
 * Feature source of a pretrained encoder (CLIP, SigLIP): each of the places of `photo-regions` is cut out, squashed into the encoder's
 * input, so that all of it is seen, and encoded. Features have length 1. An image takes as many passes as it has regions.
 *
 * @throws AppError of `openPretrainedImages`.
 */
export async function openPretrainedRegions({
  folder,
  images,
  sums,
}: Pick<PretrainedFiles, 'folder' | 'images' | 'sums'>): Promise<PretrainedRegions> {
  const { side, pixels } = await readImageForm(folder);
  const network = await openPretrainedImages(folder, images);
  const { kernel } = pixels;
  const form: SquareForm = { size: Math.min(ENLARGED * side, LARGEST), fit: 'fill', kernel };
  const squashed = async (image: ImagePixels, size: number, box?: Region): Promise<ImagePixels> => {
    const { rgb, width, height } = image;
    const whole = sharp(rgb, { raw: { width, height, channels: 3 } });
    const part = box === undefined ? whole : whole.extract(box);
    return {
      rgb: await part.resize(size, size, { fit: 'fill', kernel }).raw().toBuffer(),
      width: size,
      height: size,
    };
  };
  const describe = async (image: ImagePixels): Promise<Float32Array<ArrayBuffer>> => {
    const vectors: Float32Array[] = [];
    const boxes = regionBoxes(image.width, image.height).map(Math.round);
    for (let region = 0; region < REGION_COUNT; region++) {
      const [left = 0, top = 0, right = 0, bottom = 0] = boxes.subarray(region * 4, region * 4 + 4);
      const box = { left, top, width: right - left, height: bottom - top };
      vectors.push(await network.encode(await squashed(image, side, box)));
    }
    return Float32Array.from(vectors.flatMap((vector) => [...vector]));
  };
  try {
    const grey = { rgb: new Uint8Array(side * side * 3).fill(128), width: side, height: side };
    const { length: featureSize } = await network.encode(grey);
    return {
      id: 'pretrained-regions',
      version: 1,
      regions: REGION_COUNT,
      featureSize,
      // The text side has no part in them.
      weights: await sha256Hex([canonicalJson(images.paths.map((path) => [path, sums[path]]))]),
      form,
      extract: async (image) => ({
        boxes: regionBoxes(image.width, image.height),
        features: await describe(await squashed(image, form.size)),
      }),
      describe,
      close: () => network.close(),
    };
  } catch (thrown) {
    await network.close();
    throw thrown;
  }
}
