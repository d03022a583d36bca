import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../test/support/error-code.ts';
import { randomNumbers, seededRandom } from '../../../test/support/random.ts';
import { randomWordSum } from '../../../test/support/random-word-sum.ts';
import { makeWordSum, openRecallEncoder, openTextEncoder, type RecallImage } from '../index.ts';

const SEED = 20261128;
const NOTHING = new Float32Array(0);

const imageOf = (whole: Float32Array | undefined): RecallImage => ({
  regions: 0,
  features: NOTHING,
  nodes: NOTHING,
  boxes: NOTHING,
  whole,
});
const textOf = (text: string | undefined) => ({ text, ids: [], words: NOTHING });

function unit(vector: number[]): number[] {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

describe(`a word sum (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const stored = randomWordSum(random);
  const numbers = (name: string) => [...(stored.tensors.get(name)?.data ?? [])];

  it('adds the rows of words and pairs, and passes over words without a row', async () => {
    const encoder = await openTextEncoder(stored);
    const [found] = await encoder.encodeTexts([textOf('A Dog in the snow xyzzy')]);
    const rows = numbers('text.rows');
    // a, dog, snow, and the pair "dog snow".
    const sum = numbers('text.offset').map(
      (offset, d) => [0, 1, 3, 4].reduce((total, row) => total + (rows[8 * row + d] ?? 0), 0) - offset,
    );
    for (const [d, value] of unit(sum).entries()) expect(found?.[d]).toBeCloseTo(value, 5);
    const [other] = await encoder.encodeTexts([textOf('snow in a dog')]);
    expect(other).not.toEqual(found);
  });

  it('gives a unit vector for a text without a known word, and for none', async () => {
    const encoder = await openTextEncoder(stored);
    const vectors = await encoder.encodeTexts([textOf('xyzzy'), textOf('')]);
    for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    expect(vectors[0]).toEqual(vectors[1]);
  });

  it('projects roots, plain numbers and shares of the largest', async () => {
    const whole = Float32Array.of(4, 9, 0, -2, 5, 0.5, 0.125, 0.25, 0.125);
    const shares = [Math.sqrt(0.5), 0, Math.sqrt(0.25), 0];
    const total = shares.reduce((sum, share) => sum + share, 0);
    const read = [2, 3, 0, -2, 5, ...shares.map((share) => share / total)];
    const projection = numbers('image.projection');
    const expected = numbers('image.offset').map(
      (offset, d) => read.reduce((sum, value, f) => sum + value * (projection[9 * d + f] ?? 0), 0) - offset,
    );
    const encoder = await openRecallEncoder(stored);
    const [found] = await encoder.encodeImages([imageOf(whole)]);
    for (const [d, value] of unit(expected).entries()) expect(found?.[d]).toBeCloseTo(value, 5);
    expect(encoder).toMatchObject({ kind: 'word-sum', dimensions: 8, needs: ['whole', 'text'] });
  });

  it('gives the same bytes, whatever is encoded together', async () => {
    const encoder = await openRecallEncoder(stored);
    const images = Array.from({ length: 3 }, () => imageOf(randomNumbers(random, 9)));
    const texts = ['a dog', 'a dog runs', 'snow'].map(textOf);
    const [together, texted] = [await encoder.encodeImages(images), await encoder.encodeTexts(texts)];
    for (const [index, image] of images.entries()) {
      expect(await encoder.encodeImages([image])).toEqual([together[index]]);
      expect(await encoder.encodeTexts(texts.slice(index, index + 1))).toEqual([texted[index]]);
    }
  });

  it('refuses images without a description of its size, and texts of which only ids are known', async () => {
    const encoder = await openRecallEncoder(stored);
    expect(await errorCode(encoder.encodeImages([imageOf(undefined)]))).toBe('shape_mismatch');
    expect(await errorCode(encoder.encodeImages([imageOf(new Float32Array(8))]))).toBe('shape_mismatch');
    expect(await errorCode(encoder.encodeTexts([textOf(undefined)]))).toBe('argument_invalid');
    const nan = imageOf(new Float32Array(9).fill(Number.NaN));
    expect(await errorCode(encoder.encodeImages([nan]))).toBe('format_invalid');
  });

  const { config, tensors } = stored;
  const { image, text } = config;
  const withTensor = (name: string, shape: number[], data: Float32Array) =>
    new Map(tensors).set(name, { shape, data });
  it.each([
    [
      'a word with two rows',
      { ...config, text: { ...text, words: ['a', 'b', 'c', 'd', 'a'] } },
      tensors,
      'format_invalid',
    ],
    ['fewer words than rows', { ...config, text: { ...text, words: ['a'] } }, tensors, 'shape_mismatch'],
    ['no parts', { ...config, image: { ...image, parts: [] } }, tensors, 'format_invalid'],
    [
      'a part that ends before it begins',
      { ...config, image: { ...image, parts: [{ read: 'plain', from: 5, to: 2 }] } },
      tensors,
      'format_invalid',
    ],
    [
      'a part beyond the description',
      { ...config, image: { ...image, parts: [{ read: 'plain', from: 1, to: 10 }] } },
      tensors,
      'format_invalid',
    ],
    ['another version', { ...config, version: 2 }, tensors, 'format_invalid'],
    ['no tensors', config, new Map(), 'format_invalid'],
    [
      'numbers that are not finite',
      config,
      withTensor('text.offset', [8], new Float32Array(8).fill(Number.NaN)),
      'format_invalid',
    ],
    [
      'an offset of another length',
      config,
      withTensor('text.offset', [7], new Float32Array(7)),
      'shape_mismatch',
    ],
  ])('is refused with %s', async (_, given, those, code) => {
    expect(await errorCode(openRecallEncoder({ config: given, tensors: those }))).toBe(code);
  });

  it('is made of its parts, unless their numbers are not finite or too few', async () => {
    const parts = {
      dimensions: 8,
      size: image.size,
      parts: image.parts,
      words: text.words,
      skipped: text.skipped,
      projection: numbers('image.projection'),
      imageOffset: numbers('image.offset'),
      rows: numbers('text.rows'),
      textOffset: numbers('text.offset'),
    };
    expect(makeWordSum(parts)).toEqual(stored);
    const code = (change: Partial<typeof parts>) =>
      errorCode(Promise.resolve().then(() => makeWordSum({ ...parts, ...change })));
    expect(await code({ rows: [...parts.rows.slice(1), Number.NaN] })).toBe('argument_invalid');
    expect(await code({ rows: parts.rows.slice(1) })).toBe('shape_mismatch');
    expect(await code({ projection: parts.projection.slice(1) })).toBe('shape_mismatch');
  });
});
