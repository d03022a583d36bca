import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import * as tf from '@tensorflow/tfjs';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTfjsEncoder, createTfjsMatcher } from '../../shared/gsmn/index.ts';
import { hingeLoss, type Violation } from '../../shared/gsmn/training/index.ts';
import { loadTfjsBackend, type TfjsBackendName } from '../../shared/platform/tfjs/index.ts';
import { expectClose } from '../support/close.ts';
import { type GoldenModel, readGoldenModel } from './golden-model.ts';

const root = resolve(import.meta.dirname, '../../../shared/golden');

/** The backend. tensorflow.test.ts runs this file again for the backend that it sets up. */
const backend = (process.env.GSMN_TEST_BACKEND ?? 'wasm') as TfjsBackendName;

const MODELS = (['released', 'neighbours'] as const).flatMap((propagation) =>
  ['dense', 'sparse', 'unigru-lambda10', 'wide'].map((name) => [propagation, name] as const),
);

/** float32 compared with float32 in another order of sums; measured: nodes 2e-7, scores 2e-6. */
const NODES = { absolute: 1e-5, relative: 0 };
const SCORES = { absolute: 1e-4, relative: 0 };
const LOSSES = { absolute: 1e-4, relative: 1e-5 };

describe.skipIf(!existsSync(root)).each(MODELS)(
  `golden parity on ${backend}, %s/%s (skipped without ../shared/golden)`,
  (propagation, name) => {
    let golden: GoldenModel;

    beforeAll(async () => {
      await loadTfjsBackend(backend);
      golden = readGoldenModel(root, propagation, name);
    });

    function output(key: string): Float32Array {
      const found = golden.outputs.get(key);
      if (found === undefined) throw new Error(`outputs.npz has no ${key}`);
      return found.data;
    }

    it('encodes and scores like the released code', async () => {
      const { config, parameters, regions } = golden;
      const { jointSize } = config;
      const encoder = createTfjsEncoder(backend, config, parameters);
      const matcher = createTfjsMatcher(backend, config, parameters);

      const nodes = await encoder.encodeImages(golden.features, golden.boxes.length, regions);
      expectClose(nodes, output('image_nodes'), NODES, 'image nodes');

      const words = await encoder.encodeCaptions(golden.captions);
      const padded = output('word_nodes').length / golden.captions.length;
      for (const [index, caption] of words.entries()) {
        const expected = output('word_nodes').subarray(index * padded, index * padded + caption.length);
        expectClose(caption, expected, NODES, `words of caption ${index}`);
      }

      const size = regions * jointSize;
      const prepared = await matcher.prepareImages(
        golden.boxes.map((boxes, index) => ({
          nodes: nodes.subarray(index * size, (index + 1) * size),
          boxes,
        })),
      );
      const captions = words.map((caption, index) => ({
        words: caption,
        dependencies: golden.dependencies[index],
      }));
      const { imageToText, textToImage } = await matcher.score(prepared, captions);
      expectClose(imageToText, output('i2t'), SCORES, 'i2t');
      expectClose(textToImage, output('t2i'), SCORES, 't2i');
      const sims = imageToText.map((score, index) => score + (textToImage[index] ?? Number.NaN));
      expectClose(sims, output('sims'), SCORES, 'sims');

      const square = Float32Array.from(
        { length: 144 },
        (_, pair) => sims[Math.floor(pair / 12) * 60 + (pair % 12)] ?? Number.NaN,
      );
      const loss = (violation: Violation) => [hingeLoss(square, 12, { margin: 0.2, violation }).loss];
      expectClose(loss('max'), [golden.expected.loss_max_violation_first_12_captions], LOSSES, 'max loss');
      expectClose(loss('sum'), [golden.expected.loss_sum_first_12_captions], LOSSES, 'sum loss');

      const caption = captions[7] ?? { words: new Float32Array() };
      const [evidence] = await matcher.evidenceOf(prepared, [3], caption);
      expectClose([evidence?.imageToText ?? Number.NaN], [output('i2t')[3 * 60 + 7] ?? Number.NaN], SCORES);
      expectClose([evidence?.textToImage ?? Number.NaN], [output('t2i')[3 * 60 + 7] ?? Number.NaN], SCORES);
      prepared.dispose();
      await matcher.dispose();
      await encoder.dispose();
      expectNoTensors();
    });
  },
);

/** No tensor is left, neither in TF.js nor, if the backend has one, in the native library. */
function expectNoTensors(): void {
  expect(tf.memory()).toMatchObject({ numTensors: 0, numDataBuffers: 0 });
  const { binding } = tf.backend() as Partial<NodeJSKernelBackend>;
  if (binding !== undefined) expect(binding.getNumOfTensors()).toBe(0);
}
