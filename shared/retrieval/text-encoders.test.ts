import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { errorCode } from '../../test/support/error-code.ts';
import { randomNumbers, seededRandom } from '../../test/support/random.ts';
import { randomProjection } from '../../test/support/random-projection.ts';
import { concatenateEncoders } from './concatenated.ts';
import { openRecallEncoder } from './open-recall-encoder.ts';
import { storePretrained } from './pretrained.ts';
import { openTextEncoder } from './text-encoders.ts';

const SEED = 20261202;

describe(`the text side of a recall encoder (seed ${SEED})`, () => {
  const stored = randomProjection(seededRandom(SEED));

  it('needs no tensor of the image side, and gives the vectors of the whole encoder', async () => {
    const tensors = new Map([...stored.tensors].filter(([name]) => name.startsWith('text.')));
    const texts = [{ text: 'a dog', ids: [1, 4, 9, 2], words: randomNumbers(seededRandom(3), 4 * 5) }];
    const alone = await openTextEncoder({ config: stored.config, tensors });
    const whole = await openRecallEncoder(stored);
    expect(alone).toMatchObject({ kind: 'cca', dimensions: 8, needs: ['ids', 'words'] });
    expect(await alone.encodeTexts(texts)).toEqual(await whole.encodeTexts(texts));
  });

  it.each([
    ['no object', 5, 'format_invalid'],
    ['no kind', { dimensions: 3 }, 'format_invalid'],
    ['an unknown kind', { kind: 'clip' }, 'format_unsupported'],
    ['the name of a method of objects as kind', { kind: 'toString' }, 'format_unsupported'],
    ['another version', { ...stored.config, version: 2 }, 'format_invalid'],
  ])('is refused for %s', async (_, config, code) => {
    expect(await errorCode(openTextEncoder({ config, tensors: stored.tensors }))).toBe(code);
    expect(await errorCode(openRecallEncoder({ config, tensors: stored.tensors }))).toBe(code);
  });

  it('of a pretrained encoder is opened by what the caller passes, also as a part, and refused otherwise', async () => {
    const pretrained = storePretrained({
      dimensions: 2,
      name: 'tiny',
      identity: 'ab'.repeat(32),
      text: { network: 'onnx/text_model.onnx', files: {} },
    });
    const both = concatenateEncoders([
      { weight: 1, stored: pretrained },
      { weight: 3, stored },
    ]);
    for (const one of [pretrained, both]) {
      expect(await errorCode(openTextEncoder(one))).toBe('format_unsupported');
      expect(await errorCode(openRecallEncoder(one))).toBe('format_unsupported');
    }
    const vector = Float32Array.of(0.6, 0.8);
    const opened = await openTextEncoder(both, 'here', async () => ({
      kind: 'pretrained',
      dimensions: 2,
      needs: ['text'],
      encodeTexts: async (texts) => texts.map(() => vector),
    }));
    const [whole] = await opened.encodeTexts([
      { text: 'a dog', ids: [1, 4, 9, 2], words: randomNumbers(seededRandom(3), 4 * 5) },
    ]);
    expect(opened.dimensions).toBe(2 + 8);
    expect(whole?.[0]).toBeCloseTo(0.5 * 0.6, 6);
  });

  it('is bundled without the image side and without what fits encoders', async () => {
    const { metafile } = await build({
      absWorkingDir: join(import.meta.dirname, '../..'),
      stdin: {
        contents: "export { openTextEncoder } from './shared/retrieval/text-encoders.ts';",
        resolveDir: join(import.meta.dirname, '../..'),
      },
      bundle: true,
      format: 'esm',
      platform: 'browser',
      metafile: true,
      write: false,
    });
    const [output] = Object.values(metafile.outputs);
    const own = Object.entries(output?.inputs ?? {})
      .filter(([path, { bytesInOutput }]) => path.startsWith('shared/retrieval/') && bytesInOutput > 0)
      .map(([path]) => path.slice('shared/retrieval/'.length));
    expect(own.sort()).toEqual([
      'concatenated.ts',
      'projection/feature-layout.ts',
      'projection/stored-projection.ts',
      'projection/text-features.ts',
      'projection/text-projection.ts',
      'projection/unit-vector.ts',
      'projection/weighted-mean.ts',
      'short-texts.ts',
      'stored-encoder.ts',
      'text-encoders.ts',
      'word-sum/stored-word-sum.ts',
      'word-sum/text-word-sum.ts',
    ]);
  });
});
