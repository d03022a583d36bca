import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readReleasedCheckpoint } from '../../batch/checkpoint/released-checkpoint.ts';
import type { Dependencies, Parameters } from '../../shared/model/index.ts';
import type { ModelConfig, Propagation } from '../../shared/schema/index.ts';
import { normalizeBoxes } from '../../shared/vision/index.ts';
import { type GoldenArray, readArray, readArrays, readLegacyCheckpoint, readSizes } from './golden-files.ts';

/** One model of the golden vectors with its inputs and the outputs of the released code. */
export interface GoldenModel {
  readonly config: ModelConfig;
  readonly parameters: Parameters;
  readonly margin: number;
  readonly maxViolation: boolean;
  readonly learningRate: number;
  readonly regions: number;
  /** `[12, R, F]` */
  readonly features: Float32Array;
  /** For each image `[R, 4]`, divided by width and height once. */
  readonly boxes: readonly Float32Array[];
  readonly captions: readonly (readonly number[])[];
  readonly dependencies: readonly Dependencies[];
  readonly outputs: ReadonlyMap<string, GoldenArray>;
  readonly expected: {
    readonly loss_max_violation_first_12_captions: number;
    readonly loss_sum_first_12_captions: number;
  };
  readonly training: {
    readonly batch_image_order: readonly number[];
    readonly batch_caption_index: readonly number[];
    readonly trace: readonly { readonly loss: number; readonly grad_norm_before_clip: number }[];
  };
}

const IMAGES = 12;

/** Reads `{root}/{propagation}/{name}`. */
export function readGoldenModel(
  root: string,
  propagation: Propagation | 'released',
  name: string,
): GoldenModel {
  const file = (path: string) => join(root, propagation, name, path);
  const json = (path: string) => JSON.parse(readFileSync(file(path), 'utf8'));
  const checkpoint = readReleasedCheckpoint(
    file('model_best.pth.tar'),
    readLegacyCheckpoint(file('model_best.pth.tar')),
    propagation === 'neighbours' ? 'neighbours' : 'self',
  );
  const images = readArray(file('data/test_ims.npy'));
  const boxes = readArray(file('data/test_ims_bbx.npy'));
  const sizes = readSizes(file('data/test_ims_size.npy'));
  const [rows = 0, regions = 0, features = 0] = images.shape;
  // Five equal rows for each image, if there is a row for every caption.
  const rowsOfImages = Array.from({ length: IMAGES }, (_, image) => (image * rows) / IMAGES);
  const part = ({ data }: GoldenArray, row: number, size: number) =>
    data.subarray(row * size, (row + 1) * size);
  return {
    ...checkpoint,
    margin: Number(checkpoint.options.get('margin')),
    maxViolation: checkpoint.options.get('max_violation') === true,
    learningRate: Number(checkpoint.options.get('learning_rate')),
    regions,
    features: Float32Array.from(rowsOfImages.flatMap((row) => [...part(images, row, regions * features)])),
    boxes: rowsOfImages.map((row) => {
      const { width, height } = sizes[row] ?? { width: Number.NaN, height: Number.NaN };
      return normalizeBoxes(part(boxes, row, regions * 4), width, height);
    }),
    captions: readFileSync(file('data/test_precaps_stan.txt'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(',').map(Number)),
    dependencies: json('data/test_caps.json'),
    outputs: readArrays(file('outputs.npz')),
    expected: json('expected.json'),
    training: json('training.json'),
  };
}
