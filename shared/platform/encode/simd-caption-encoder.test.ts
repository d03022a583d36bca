import { beforeAll, describe, expect, it } from 'vitest';
import { calmParameters } from '../../../test/support/calm-parameters.ts';
import { expectClose } from '../../../test/support/close.ts';
import { plainWordNodes } from '../../../test/support/plain-gsmn.ts';
import { randomNumbers, seededRandom } from '../../../test/support/random.ts';
import { randomParameters, smallConfig } from '../../../test/support/random-model.ts';
import { createSimdCaptionEncoder } from '../../encode/index.ts';
import { createTfjsEncoder } from '../../gsmn/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import { loadTfjsBackend } from '../tfjs/index.ts';
import { loadEncodeKernel } from './index.ts';

const SEED = 20261204;

/** float32 compared with float64, through up to 70 recurrent steps; measured: 3e-7. */
const TOLERANCE = { absolute: 2e-6, relative: 2e-6 };

const VARIANTS: [string, Partial<ModelConfig>][] = [
  ['two directions', {}],
  ['one direction', { bidirectional: false }],
  ['two layers of two directions', { layers: 2 }],
  ['three layers of one direction', { layers: 3, bidirectional: false }],
  ['three layers of two directions', { layers: 3 }],
  ['no norms', { normalizeCaptions: false }],
  ['D 5, E 3', { jointSize: 5, blocks: 5, wordEmbeddingSize: 3 }],
  ['D 1, E 1, two layers', { jointSize: 1, blocks: 1, wordEmbeddingSize: 1, layers: 2 }],
  ['D 16', { jointSize: 16 }],
  ['D 150, E 33: panels of more than one depth', { jointSize: 150, blocks: 3, wordEmbeddingSize: 33 }],
];

const BUILDS: [string, boolean][] = [
  ['relaxed', true],
  ['plain', false],
];

beforeAll(async () => {
  await loadTfjsBackend('wasm');
});

describe.each(BUILDS)(`the caption encoder of simd, %s instructions (seed ${SEED})`, (_, relaxed) => {
  it.each(VARIANTS)('returns the nodes of words, whatever is encoded with them: %s', async (__, changes) => {
    const config = smallConfig(changes);
    const random = seededRandom(SEED);
    const parameters = calmParameters(random, config);
    const encoder = createSimdCaptionEncoder(config, parameters, await loadEncodeKernel(relaxed));
    const captions = [3, 9, 1, 70, 9, 5, 2].map((length) =>
      Array.from({ length }, () => Math.floor(random() * config.vocabularySize)),
    );
    const together = await encoder.encodeCaptions(captions);
    for (const [index, ids] of captions.entries()) {
      const expected = plainWordNodes(config, parameters, ids);
      expectClose(together[index] ?? [], expected, TOLERANCE, `caption ${index}`);
      // With the same order of sums, so bit by bit.
      expect(await encoder.encodeCaptions([ids]), `caption ${index} alone`).toEqual([together[index]]);
    }
    await encoder.dispose();
  });

  it('agrees with the tfjs encoder on captions of any length in any combination', async () => {
    const random = seededRandom(SEED + 1);
    const below = (most: number) => Math.floor(random() * most);
    for (let round = 0; round < 12; round++) {
      const config = smallConfig({
        jointSize: 1 + below(60),
        blocks: 1,
        wordEmbeddingSize: 1 + below(40),
        layers: 1 + below(2),
        bidirectional: random() < 0.5,
      });
      const parameters = calmParameters(random, config);
      const captions = Array.from({ length: 1 + below(40) }, () =>
        Array.from({ length: 1 + below(20) }, () => below(config.vocabularySize)),
      );
      const simd = createSimdCaptionEncoder(config, parameters, await loadEncodeKernel(relaxed));
      const tfjs = createTfjsEncoder('wasm', config, parameters);
      const expected = await tfjs.encodeCaptions(captions);
      for (const [index, nodes] of (await simd.encodeCaptions(captions)).entries())
        expectClose(nodes, expected[index] ?? [], TOLERANCE, `round ${round}, caption ${index}`);
      await tfjs.dispose();
    }
  });

  it('is finite when gates are closed or fully open', async () => {
    const config = smallConfig();
    const random = seededRandom(SEED);
    const parameters = new Map(randomParameters(random, config));
    const shape = [3 * config.jointSize];
    for (const name of ['bias_ih_l0', 'bias_hh_l0', 'bias_ih_l0_reverse'])
      parameters.set(`text_encoder.rnn.${name}`, { shape, data: randomNumbers(random, 36, 300) });
    const encoder = createSimdCaptionEncoder(config, parameters, await loadEncodeKernel(relaxed));
    const ids = [1, 4, 9, 2];
    const [nodes] = await encoder.encodeCaptions([ids]);
    expectClose(nodes ?? [], plainWordNodes(config, parameters, ids), TOLERANCE);
  });
});

describe('a caption encoder of simd', () => {
  const config = smallConfig();
  const parameters = randomParameters(seededRandom(SEED), config);
  const make = async () => createSimdCaptionEncoder(config, parameters, await loadEncodeKernel(false));

  it('keeps the order of more captions than fit in one group', async () => {
    const encoder = await make();
    const captions = Array.from({ length: 300 }, (_, index) =>
      Array.from({ length: 3 + (index % 7) }, (__, word) => (index + word) % config.vocabularySize),
    );
    const nodes = await encoder.encodeCaptions(captions);
    expect(nodes).toHaveLength(300);
    for (const [index, ids] of captions.entries())
      expectClose(nodes[index] ?? [], plainWordNodes(config, parameters, ids), TOLERANCE, `caption ${index}`);
  });

  it('does not change returned nodes whatever is encoded next, or at the same time', async () => {
    const encoder = await make();
    const many = Array.from({ length: 100 }, (_, index) => [index % 11, 3, 4, (index * 7) % 11]);
    const [first, second] = await Promise.all([
      encoder.encodeCaptions(many),
      encoder.encodeCaptions([[5, 6]]),
    ]);
    const before = first.map((nodes) => nodes.slice());
    await encoder.encodeCaptions([[7, 8, 9, 10, 1, 2, 3]]);
    expect(first).toEqual(before);
    expectClose(second[0] ?? [], plainWordNodes(config, parameters, [5, 6]), TOLERANCE);
    for (const [index, ids] of many.entries())
      expectClose(first[index] ?? [], plainWordNodes(config, parameters, ids), TOLERANCE, `caption ${index}`);
  });

  it('returns the same bits for the same call, whatever came before it', async () => {
    const encoder = await make();
    const ids = [1, 2, 3, 4, 5];
    const [once] = await encoder.encodeCaptions([ids]);
    await encoder.encodeCaptions([[9, 9, 9], [8]]);
    expect(await encoder.encodeCaptions([ids])).toEqual([once]);
  });

  it('names its backend, and encodes no captions to no nodes', async () => {
    const encoder = await make();
    expect(encoder.backend).toBe('simd');
    expect(await encoder.encodeCaptions([])).toEqual([]);
  });

  it('refuses word ids of another model with the errors of the tfjs encoder', async () => {
    const encoder = await make();
    const tfjs = createTfjsEncoder('wasm', config, parameters);
    for (const captions of [[[1, 11]], [[1], []], [[-1]], [[1.5]], [[Number.NaN]]]) {
      const error = await encoder.encodeCaptions(captions).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'argument_invalid' });
      expect(error).toEqual(await tfjs.encodeCaptions(captions).catch((thrown: unknown) => thrown));
    }
    await tfjs.dispose();
  });

  it('refuses parameters of another network, and work after it was disposed of', async () => {
    const module = await loadEncodeKernel(false);
    expect(() => createSimdCaptionEncoder(smallConfig({ jointSize: 16 }), parameters, module)).toThrow(
      expect.objectContaining({ code: 'shape_mismatch' }),
    );
    const encoder = await make();
    await encoder.dispose();
    await expect(encoder.encodeCaptions([[1]])).rejects.toMatchObject({ code: 'argument_invalid' });
    await encoder.dispose();
  });
});
