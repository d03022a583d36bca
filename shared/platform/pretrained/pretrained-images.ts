import { join } from 'node:path';
import { AppError } from '../../errors/index.ts';
import { readJsonFile } from '../atomic-file.ts';
import { openOnnxEncoder } from './onnx-encoder.ts';
import { type ImageForm, imageForm } from './pretrained-config.ts';
import type { SideFiles } from './pretrained-files.ts';

/** How a model's images are decoded and become numbers. @throws AppError `format_invalid`, `format_unsupported`. */
export async function readImageForm(folder: string): Promise<ImageForm> {
  const json = (name: string) => readJsonFile(join(folder, name));
  return imageForm(await json('config.json'), await json('preprocessor_config.json'), folder);
}

/** An image as pixels: `[height, width, 3]`, sRGB. */
export interface DecodedImage {
  readonly rgb: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** The image side of a pretrained encoder. */
export interface PretrainedImages {
  /**
   * The vector of an image, of length 1.
   *
   * @param image decoded to `ImageForm.pixels`.
   * @throws AppError `shape_mismatch`.
   */
  encode(image: DecodedImage): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens the image side of a pretrained encoder. The files were checked before.
 *
 * @throws AppError `file_unreadable`, `format_invalid`, `format_unsupported`, `backend_unavailable`.
 */
export async function openPretrainedImages(
  folder: string,
  { network: path }: Pick<SideFiles, 'network'>,
): Promise<PretrainedImages> {
  const form = await readImageForm(folder);
  const network = await openOnnxEncoder(join(folder, path), form.output);
  const shape = [1, 3, form.side, form.side];
  return {
    encode: (image) => network.encode(new Map([['pixel_values', { shape, data: pixelValues(image, form) }]])),
    close: () => network.close(),
  };
}

/**
 * The numbers that a network takes, `[3, side, side]`: the middle of an image, each colour scaled.
 *
 * @throws AppError `shape_mismatch` for an image that is smaller, or of another number of bytes.
 */
export function pixelValues(
  { rgb, width, height }: DecodedImage,
  { side, scale, shift }: Pick<ImageForm, 'side' | 'scale' | 'shift'>,
): Float32Array {
  if (rgb.length !== width * height * 3 || width < side || height < side) {
    throw new AppError(
      'shape_mismatch',
      `an image of ${width} x ${height} has ${rgb.length} bytes; the model takes its middle of ${side} x ${side}, in RGB`,
    );
  }
  // As transformers cuts: of an odd border, the smaller part at the top and the left.
  const [top, left] = [Math.floor((height - side) / 2), Math.floor((width - side) / 2)];
  const out = new Float32Array(3 * side * side);
  for (let channel = 0; channel < 3; channel++) {
    const [factor, summand] = [scale[channel] as number, shift[channel] as number];
    for (let y = 0; y < side; y++) {
      const row = (top + y) * width + left;
      const to = (channel * side + y) * side;
      for (let x = 0; x < side; x++) {
        out[to + x] = (rgb[3 * (row + x) + channel] as number) * factor + summand;
      }
    }
  }
  return out;
}
