import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { AppError } from '../../../shared/errors/index.ts';
import { loadOnnxRuntime } from '../../../shared/platform/onnx-runtime.ts';
import { poolRegions, regionCoverages } from './grid-regions.ts';

/** The pixels that the network takes: a square that the whole image is squashed into. */
export const PHOTO_FORM = { size: 340, fit: 'fill', kernel: 'cubic' } as const;
/** Channels of the last map. */
export const MAP_CHANNELS = 1280;
const MAP_SIDE = 11;
const STAGE_NUMBERS = 1632;
const CLASSES = 1000;

/** Where the parts of a whole image stand, one after the other; `to` does not belong to them. */
export const WHOLE_PARTS = {
  pooled: { from: 0, to: MAP_CHANNELS },
  stages: { from: MAP_CHANNELS, to: MAP_CHANNELS + STAGE_NUMBERS },
  classes: { from: MAP_CHANNELS + STAGE_NUMBERS, to: MAP_CHANNELS + STAGE_NUMBERS + CLASSES },
} as const;
/** W: the numbers of a whole image. */
export const WHOLE_SIZE = WHOLE_PARTS.classes.to;

/** What runs the network: the processor, or a graphics card through CUDA, DirectML or Core ML. */
export type PhotoDevice = 'cpu' | 'cuda' | 'dml' | 'coreml';

/** All that one pass says of a photograph. Activations as they are: heads take their square root or scale them. */
export interface PhotoDescription {
  /** `[1280]`: the mean of the last map, from 0 to 6. */
  readonly pooled: Float32Array<ArrayBuffer>;
  /** `[1632]`: the means of 816 channels at five stage ends, then their standard deviations. */
  readonly stages: Float32Array<ArrayBuffer>;
  /** `[1000]`: probabilities of the classes of ImageNet, in their usual order. */
  readonly classes: Float32Array<ArrayBuffer>;
  /** `[R, 1280]`: the square roots of the means of the last map over the regions of `regionBoxes`. */
  readonly regions: Float32Array<ArrayBuffer>;
}

export interface PhotoNetwork {
  /**
   * Describes photographs in one pass. It occupies the thread meanwhile.
   *
   * @param photos `[340, 340, 3]` each, sRGB.
   * @throws AppError `shape_mismatch`, `internal`.
   */
  describe(photos: readonly Uint8Array[]): Promise<PhotoDescription[]>;
  close(): Promise<void>;
}

const PHOTO_BYTES = PHOTO_FORM.size ** 2 * 3;

/**
 * Opens the network, on one thread of the processor: photographs are described side by side, which needs less processor
 * time than sharing the work of one.
 *
 * @param model the bytes of the ONNX file.
 * @throws AppError `backend_unavailable` where ONNX Runtime or the device is missing.
 */
export async function openPhotoNetwork(
  model: Uint8Array,
  device: PhotoDevice = 'cpu',
): Promise<PhotoNetwork> {
  const runtime = await loadOnnxRuntime();
  const options: InferenceSession.SessionOptions = {
    executionProviders: [device],
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  };
  const session = await runtime.InferenceSession.create(model, options).catch((thrown: unknown) => {
    throw new AppError(
      'backend_unavailable',
      `the network for photographs does not run on ${device}: ${String(thrown)}`,
      {
        hint: 'use the processor (--device cpu); docs/photo-model.md says what the others need',
        cause: thrown,
      },
    );
  });
  const coverages = regionCoverages(MAP_SIDE);
  return {
    describe: async (photos) => {
      const pixels = joined(photos);
      const shape = [photos.length, PHOTO_FORM.size, PHOTO_FORM.size, 3];
      const outputs = await session.run({ pixels: new runtime.Tensor('uint8', pixels, shape) });
      const pooled = rows(outputs, 'pooled', photos.length, MAP_CHANNELS);
      const stages = rows(outputs, 'stages', photos.length, STAGE_NUMBERS);
      const classes = rows(outputs, 'classes', photos.length, CLASSES);
      const maps = rows(outputs, 'map', photos.length, MAP_CHANNELS * MAP_SIDE ** 2);
      return photos.map((_, row) => ({
        pooled: pooled(row).slice(),
        stages: stages(row).slice(),
        classes: classes(row).slice(),
        regions: poolRegions(maps(row), MAP_CHANNELS, coverages),
      }));
    },
    close: () => session.release(),
  };
}

function joined(photos: readonly Uint8Array[]): Uint8Array {
  const pixels = new Uint8Array(photos.length * PHOTO_BYTES);
  for (const [row, photo] of photos.entries()) {
    if (photo.length !== PHOTO_BYTES) {
      const { size } = PHOTO_FORM;
      throw new AppError(
        'shape_mismatch',
        `a photograph has ${photo.length} bytes of pixels, expected ${size} x ${size} x 3`,
        { hint: `decode it to RGB of ${size} x ${size} pixels without alpha` },
      );
    }
    pixels.set(photo, row * PHOTO_BYTES);
  }
  return pixels;
}

/** Reads the rows of an output, whose size is checked. */
function rows(
  outputs: Readonly<Record<string, Tensor>>,
  name: string,
  count: number,
  width: number,
): (row: number) => Float32Array<ArrayBuffer> {
  const data = outputs[name]?.data;
  if (!(data instanceof Float32Array) || data.length !== count * width) {
    throw new AppError(
      'internal',
      `the network for photographs gave no ${name} of ${count} x ${width} numbers`,
    );
  }
  return (row) => (data as Float32Array<ArrayBuffer>).subarray(row * width, (row + 1) * width);
}
