import { describe, expect, it, vi } from 'vitest';
import { errorCode } from '../../test/support/error-code.ts';
import { randomBoxes, randomNumbers, seededRandom } from '../../test/support/random.ts';
import { randomProjection } from '../../test/support/random-projection.ts';
import { concatenateEncoders, openConcatenatedTexts, type WeightedEncoder } from './concatenated.ts';
import { openRecallEncoder } from './open-recall-encoder.ts';
import type { RecallImage, RecallText, RecallTextEncoder } from './recall-encoder.ts';

const SEED = 20261203;
const [F, D, R] = [6, 5, 3];

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, d) => sum + value * (b[d] ?? Number.NaN), 0);
}

describe(`concatenated encoders (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const image = (): RecallImage => ({
    regions: R,
    features: randomNumbers(random, R * F),
    nodes: randomNumbers(random, R * D),
    boxes: randomBoxes(random, R),
  });
  const text = (): RecallText => ({ ids: [1, 4, 9, 2], words: randomNumbers(random, 4 * D) });

  it.each(Array.from({ length: 20 }, (_, run) => [run]))(
    'have unit vectors whose inner product is the weighted mean of the cosines, run %i',
    async () => {
      const parts = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({
        weight: 10 ** (4 * random() - 2),
        stored: randomProjection(random, 1 + Math.floor(random() * 12)),
      }));
      const images = [image(), image(), image()];
      const texts = [text(), text()];
      const whole = await openRecallEncoder(concatenateEncoders(parts));
      const imageVectors = await whole.encodeImages(images);
      const textVectors = await whole.encodeTexts(texts);

      const total = parts.reduce((sum, { weight }) => sum + weight, 0);
      const expected = new Float64Array(images.length * texts.length);
      for (const { weight, stored } of parts) {
        const part = await openRecallEncoder(stored);
        const [own, queries] = [await part.encodeImages(images), await part.encodeTexts(texts)];
        for (const pair of expected.keys()) {
          const [a, b] = [own[pair % images.length], queries[Math.floor(pair / images.length)]];
          expected[pair] =
            (expected[pair] ?? 0) + (weight / total) * dot(a as Float32Array, b as Float32Array);
        }
      }
      for (const [pair, cosine] of expected.entries()) {
        const [a, b] = [imageVectors[pair % images.length], textVectors[Math.floor(pair / images.length)]];
        expect(dot(a as Float32Array, b as Float32Array)).toBeCloseTo(cosine, 6);
      }
      for (const vector of [...imageVectors, ...textVectors]) {
        expect(vector).toHaveLength(whole.dimensions);
        expect(dot(vector, vector)).toBeCloseTo(1, 6);
      }
      expect(whole.dimensions).toBe(parts.reduce((sum, { stored }) => sum + stored.config.dimensions, 0));
      expect(whole.kind).toBe('concatenated');
    },
  );

  it('can be concatenated again, and need what any of their parts needs', async () => {
    const [a, b, c] = [randomProjection(random), randomProjection(random), randomProjection(random)];
    const inner = concatenateEncoders([
      { weight: 1, stored: a },
      { weight: 1, stored: b },
    ]);
    const nested = await openRecallEncoder(
      concatenateEncoders([
        { weight: 2, stored: inner },
        { weight: 1, stored: c },
      ]),
    );
    const flat = await openRecallEncoder(
      concatenateEncoders([a, b, c].map((stored) => ({ weight: 1, stored }))),
    );
    const one = text();
    const [deep = new Float32Array(), plain = new Float32Array()] = [
      ...(await nested.encodeTexts([one])),
      ...(await flat.encodeTexts([one])),
    ];
    for (const [d, value] of deep.entries()) expect(value).toBeCloseTo(plain[d] ?? Number.NaN, 6);
    expect([...nested.needs].sort()).toEqual(['boxes', 'features', 'ids', 'nodes', 'words']);
  });

  it('are the same after storing and opening them', async () => {
    const parts = [0.25, 4].map((weight) => ({ weight, stored: randomProjection(random) }));
    const stored = concatenateEncoders(parts);
    const config: unknown = JSON.parse(JSON.stringify(stored.config));
    const one = image();
    const read = await openRecallEncoder({ config, tensors: stored.tensors });
    expect(await read.encodeImages([one])).toEqual(
      await (await openRecallEncoder(stored)).encodeImages([one]),
    );
  });

  it('refuse weights that are not positive and finite, and an empty list', async () => {
    const stored = randomProjection(random);
    for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(await errorCode(() => concatenateEncoders([{ weight, stored }]))).toBe('argument_invalid');
    const none: WeightedEncoder[] = [];
    expect(await errorCode(() => concatenateEncoders(none))).toBe('argument_invalid');
  });

  it('name the part that is broken, and dispose of the parts that are open', async () => {
    const parts = [1, 2].map((weight) => ({ weight, stored: randomProjection(random) }));
    const stored = concatenateEncoders(parts);
    const tensors = new Map(stored.tensors);
    tensors.delete('1.text.offset');
    await expect(openRecallEncoder({ config: stored.config, tensors })).rejects.toMatchObject({
      code: 'format_invalid',
      message: expect.stringContaining('part 1'),
    });
    const dispose = vi.fn(async () => {});
    const open = vi
      .fn<() => RecallTextEncoder>()
      .mockReturnValueOnce({ kind: 'x', dimensions: 1, needs: [], encodeTexts: async () => [], dispose })
      .mockImplementationOnce(() => {
        throw new Error('broken');
      });
    await expect(openConcatenatedTexts(stored, 'here', open)).rejects.toThrow('broken');
    expect(dispose).toHaveBeenCalledTimes(1);
  });
});
