import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodePixels } from '../../batch/photos/read/decode-pixels.ts';
import { openPhoto } from '../../batch/photos/read/open-photo.ts';
import { DEFAULT_LIMITS } from '../../batch/photos/read/photo-limits.ts';
import { openOnnxEncoder } from '../../shared/platform/pretrained/onnx-encoder.ts';
import { sideFiles } from '../../shared/platform/pretrained/pretrained-files.ts';
import {
  openPretrainedImages,
  pixelValues,
  readImageForm,
} from '../../shared/platform/pretrained/pretrained-images.ts';
import { openPretrainedTexts } from '../../shared/platform/pretrained/pretrained-texts.ts';
import { readArrays } from './golden-files.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/pretrained');
const PICTURES = 4;

/**
 * By model: of pixels, the mean difference, because sharp's bicubic filter is not exactly Pillow's; of picture vectors,
 * the least cosine, for the same reason.
 */
const TOLERANCES = [
  ['tiny-clip', 0.01, 0.9999],
  ['tiny-siglip', 0.01, 0.9999],
] as const;
/** Between unit vectors of the same input: ONNX Runtime adds up in another order than PyTorch. */
const MOST = 1e-5;

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function difference(a: Float32Array, b: Float32Array): number {
  expect(a).toHaveLength(b.length);
  return Math.max(...a.map((value, at) => Math.abs(value - (b[at] ?? Number.NaN))));
}

describe.each(TOLERANCES)('%s gives what PyTorch gives', (name, mostPixels, leastCosine) => {
  const folder = join(FIXTURES, name);
  const { texts, ids } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
    readonly texts: string[];
    readonly ids: number[][];
  };
  const arrays = readArrays(join(folder, 'expected.npz'));
  const row = (array: string, at: number): Float32Array => {
    const { shape, data } = arrays.get(array) ?? { shape: [0], data: new Float32Array(0) };
    const size = data.length / (shape[0] ?? 1);
    return data.subarray(at * size, (at + 1) * size);
  };
  let textSide: Awaited<ReturnType<typeof openPretrainedTexts>>;
  let imageSide: Awaited<ReturnType<typeof openPretrainedImages>>;
  beforeAll(async () => {
    textSide = await openPretrainedTexts(folder, sideFiles(folder, 'texts'));
    imageSide = await openPretrainedImages(folder, sideFiles(folder, 'images'));
  });
  afterAll(async () => {
    await textSide.close();
    await imageSide.close();
  });

  const decoded = async (picture: number) => {
    const { pixels } = await readImageForm(folder);
    const bytes = readFileSync(join(FIXTURES, 'pictures', `${picture}.png`));
    const photo = await openPhoto(bytes, { limits: DEFAULT_LIMITS });
    return decodePixels(photo, pixels, DEFAULT_LIMITS);
  };

  it.each(texts.map((text, at) => [text, at] as const))('for the text "%s"', async (text, at) => {
    expect(textSide.tokens(text).ids).toEqual(ids[at]);
    expect(difference(await textSide.encode(text), unit(row('text_embeds', at)))).toBeLessThan(MOST);
  });

  it.each(Array.from({ length: PICTURES }, (_, at) => [at]))('for the pixels of picture %i', async (at) => {
    const { output, side } = await readImageForm(folder);
    const network = await openOnnxEncoder(join(folder, sideFiles(folder, 'images').network), output);
    const input = { shape: [1, 3, side, side], data: row('pixel_values', at) };
    const vector = await network.encode(new Map([['pixel_values', input]]));
    await network.close();
    expect(difference(vector, unit(row('image_embeds', at)))).toBeLessThan(MOST);
  });

  it.each(Array.from({ length: PICTURES }, (_, at) => [at]))(
    'for the file of picture %i, as near as another bicubic filter allows',
    async (at) => {
      const image = await decoded(at);
      const values = pixelValues(image, await readImageForm(folder));
      const expected = row('pixel_values', at);
      expect(values).toHaveLength(expected.length);
      const sum = values.reduce((total, value, p) => total + Math.abs(value - (expected[p] ?? 99)), 0);
      expect(sum / values.length).toBeLessThan(mostPixels);
      const vector = await imageSide.encode(image);
      const cosine = unit(row('image_embeds', at)).reduce((total, v, d) => total + v * (vector[d] ?? 0), 0);
      expect(cosine).toBeGreaterThan(leastCosine);
      // Random weights tell pictures apart, so a wrong picture would not pass.
      const other = unit(row('image_embeds', (at + 1) % PICTURES));
      expect(vector.reduce((total, v, d) => total + v * (other[d] ?? 0), 0)).toBeLessThan(cosine);
    },
  );
});
