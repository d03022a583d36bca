import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSimdCaptionEncoder } from '../../shared/encode/index.ts';
import { loadEncodeKernel } from '../../shared/platform/encode/index.ts';
import { expectClose } from '../support/close.ts';
import { readGoldenModel } from './golden-model.ts';

const root = resolve(import.meta.dirname, '../../../shared/golden');

const MODELS = (['released', 'neighbours'] as const).flatMap((propagation) =>
  ['dense', 'sparse', 'unigru-lambda10', 'wide'].map((name) => [propagation, name] as const),
);

/** float32 compared with float32 in another order of sums; required 1e-5, measured 3e-7. */
const NODES = { absolute: 2e-6, relative: 0 };

describe.skipIf(!existsSync(root)).each(MODELS)(
  'golden parity of the caption encoder of simd, %s/%s (skipped without ../shared/golden)',
  (propagation, name) => {
    it.each([
      ['with relaxed instructions', true],
      ['without them', false],
    ])('encodes like the released code, together and alone, %s', async (_, relaxed) => {
      const { config, parameters, captions, outputs } = readGoldenModel(root, propagation, name);
      const expected = outputs.get('word_nodes')?.data ?? new Float32Array();
      const padded = expected.length / captions.length;
      expect(padded).toBeGreaterThan(0);
      const encoder = createSimdCaptionEncoder(config, parameters, await loadEncodeKernel(relaxed));
      const together = await encoder.encodeCaptions(captions);
      for (const [index, ids] of captions.entries()) {
        const nodes = expected.subarray(index * padded, index * padded + ids.length * config.jointSize);
        expectClose(together[index] ?? [], nodes, NODES, `words of caption ${index}`);
        const [alone] = await encoder.encodeCaptions([ids]);
        expectClose(alone ?? [], nodes, NODES, `words of caption ${index} alone`);
      }
      await encoder.dispose();
    });
  },
);
