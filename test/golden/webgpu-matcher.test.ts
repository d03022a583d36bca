import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createWebgpuMatcher } from '../../shared/match/webgpu/index.ts';
import { nodeMatchDevice } from '../../shared/platform/match/webgpu-device.ts';
import { expectClose } from '../support/close.ts';
import { GOLDEN_MODELS, goldenScores } from './golden-scores.ts';

const root = resolve(import.meta.dirname, '../../../shared/golden');

/**
 * From the nodes of the released code. float32: required 1e-4, measured 2e-6. float16 keeps 11 bits of the images'
 * nodes; the scores of these small models depend on them more than those of trained models. It is compared on two of
 * them.
 */
const CASES = [
  ...GOLDEN_MODELS.map((model) => [...model, 'f32', { absolute: 1e-5, relative: 0 }] as const),
  ...GOLDEN_MODELS.filter(([, name]) => name === 'unigru-lambda10').map(
    (model) => [...model, 'f16', { absolute: 5e-3, relative: 0 }] as const,
  ),
];

describe.skipIf(!existsSync(root))('golden parity of webgpu (skipped without ../shared/golden)', () => {
  it.each(CASES)(
    'scores like the released code, %s/%s %s',
    async (propagation, name, precision, tolerance) => {
      const { scores, evidence, output } = await goldenScores(
        root,
        propagation,
        name,
        async (config, parameters) =>
          createWebgpuMatcher(config, parameters, await nodeMatchDevice(), { precision }),
      );
      expectClose(scores.imageToText, output('i2t'), tolerance, 'i2t');
      expectClose(scores.textToImage, output('t2i'), tolerance, 't2i');
      const pair = 3 * 60 + 7;
      expectClose([evidence.imageToText], output('i2t').slice(pair, pair + 1), tolerance, 'evidence i2t');
      expectClose([evidence.textToImage], output('t2i').slice(pair, pair + 1), tolerance, 'evidence t2i');
      expect(evidence.wordScores.length * evidence.regionScores.length).toBe(evidence.wordAttention.length);
    },
  );
});
