import { describe, expect, it } from 'vitest';
import { errorCode } from '../../test/support/error-code.ts';
import { randomNumbers, seededRandom } from '../../test/support/random.ts';
import { randomWordSum } from '../../test/support/random-word-sum.ts';
import { encodeShortTextsBy, openRecallEncoder, openTextEncoder } from './index.ts';

const SEED = 20261206;
const NOTHING = new Float32Array(0);
const textOf = (text: string) => ({ text, ids: [], words: NOTHING });

function dot(a: Float32Array | undefined, b: Float32Array | undefined): number {
  return (a ?? NOTHING).reduce((sum, value, d) => sum + value * (b?.[d] ?? Number.NaN), 0);
}

describe(`an encoder of short texts and another of all others (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const [short, other] = [randomWordSum(random, 3), randomWordSum(random, 5)];
  const which = { longest: 2, known: ['dog', 'snow', 'runs'], skipped: ['a', 'in', 'the'] };
  const stored = encodeShortTextsBy(which, short, other);
  const image = {
    regions: 0,
    features: NOTHING,
    nodes: NOTHING,
    boxes: NOTHING,
    whole: randomNumbers(random, 9),
  };

  it.each([
    ['dog', short],
    ['a dog in the snow', short],
    ['dog runs snow', other],
    ['a dog in the rain', other],
    ['the', other],
    ['', other],
  ])('compare %j by the one that is meant', async (text, meant) => {
    const [whole, own] = [await openRecallEncoder(stored), await openRecallEncoder(meant)];
    const [vector] = await whole.encodeTexts([textOf(text)]);
    const [seen] = await whole.encodeImages([image]);
    expect(dot(vector, vector)).toBeCloseTo(1, 5);
    expect(dot(seen, seen)).toBeCloseTo(1, 5);
    const cosine = dot((await own.encodeTexts([textOf(text)]))[0], (await own.encodeImages([image]))[0]);
    expect(dot(vector, seen)).toBeCloseTo(Math.SQRT1_2 * cosine, 5);
    expect(whole).toMatchObject({ kind: 'short-texts', dimensions: 8, needs: ['whole', 'text'] });
  });

  it('needs no tensor of the image side for texts', async () => {
    const tensors = new Map([...stored.tensors].filter(([name]) => name.includes('.text.')));
    const alone = await openTextEncoder({ config: stored.config, tensors });
    const whole = await openRecallEncoder(stored);
    const texts = ['dog', 'a cat'].map(textOf);
    expect(await alone.encodeTexts(texts)).toEqual(await whole.encodeTexts(texts));
  });

  it.each([
    ['no known words', { ...(stored.config as object), known: [] }],
    ['another version', { ...(stored.config as object), version: 2 }],
    ['a part without a kind', { ...(stored.config as object), other: {} }],
  ])('is refused with %s', async (_, config) => {
    expect(await errorCode(openRecallEncoder({ config, tensors: stored.tensors }))).toBe('format_invalid');
  });
});
