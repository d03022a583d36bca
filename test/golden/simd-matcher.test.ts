import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSimdMatcher } from '../../shared/match/simd/index.ts';
import { nodeKernelRuntime } from '../../shared/platform/match/index.ts';
import { expectClose } from '../support/close.ts';
import { GOLDEN_MODELS, goldenScores } from './golden-scores.ts';

const root = resolve(import.meta.dirname, '../../../shared/golden');

/** From the nodes of the released code, float32 compared with float32; required 1e-4, measured 2e-6. */
const SCORES = { absolute: 1e-5, relative: 0 };

describe.skipIf(!existsSync(root)).each(GOLDEN_MODELS)(
  'golden parity of simd, %s/%s (skipped without ../shared/golden)',
  (propagation, name) => {
    it.each([
      ['with relaxed instructions', true],
      ['without them', false],
    ])('scores like the released code, %s', async (_, relaxed) => {
      const { scores, evidence, output } = await goldenScores(
        root,
        propagation,
        name,
        async (config, parameters) =>
          createSimdMatcher(config, parameters, await nodeKernelRuntime({ threads: 1, relaxed })),
      );
      expectClose(scores.imageToText, output('i2t'), SCORES, 'i2t');
      expectClose(scores.textToImage, output('t2i'), SCORES, 't2i');
      const sims = scores.imageToText.map(
        (score, index) => score + (scores.textToImage[index] ?? Number.NaN),
      );
      expectClose(sims, output('sims'), SCORES, 'sims');
      const pair = 3 * 60 + 7;
      expectClose([evidence.imageToText], output('i2t').slice(pair, pair + 1), SCORES, 'evidence i2t');
      expectClose([evidence.textToImage], output('t2i').slice(pair, pair + 1), SCORES, 'evidence t2i');
      expect(evidence.wordScores.length * evidence.regionScores.length).toBe(evidence.wordAttention.length);
    });
  },
);
