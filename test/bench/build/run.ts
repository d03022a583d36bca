import process from 'node:process';
import { parseArgs } from 'node:util';
import { createTfjsEncoder } from '../../../shared/gsmn/index.ts';
import { initialParameters } from '../../../shared/gsmn/training/index.ts';
import type { Encoder } from '../../../shared/model/index.ts';
import { createThreadedEncoder } from '../../../shared/platform/encode/index.ts';
import { loadTfjsBackend } from '../../../shared/platform/tfjs/index.ts';
import { expectClose } from '../../support/close.ts';
import { randomNumbers, seededRandom } from '../../support/random.ts';
import { smallConfig } from '../../support/random-model.ts';
import { machine, quantile } from '../statistics.ts';

const REGIONS = 36;
const VOCABULARY = 8000;
/** float32 in another order of sums. */
const TOLERANCE = { absolute: 1e-5, relative: 1e-4 };

/**
 * Times what encodes when an index is built without TensorFlow or a graphics card: kernels on all cores, beside TF.js on
 * WebAssembly. The nodes are compared first. `--sizes 256,1024 --features 2048 --images 64 --captions 256 --rounds 5`
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sizes: { type: 'string', default: '256,1024' },
      features: { type: 'string', default: '2048' },
      images: { type: 'string', default: '64' },
      captions: { type: 'string', default: '256' },
      rounds: { type: 'string', default: '5' },
    },
  });
  const [images, captions, rounds] = [values.images, values.captions, values.rounds].map(Number) as [
    number,
    number,
    number,
  ];
  await loadTfjsBackend('wasm');
  process.stdout.write(`encoding for an index, R ${REGIONS}, F ${values.features}; ${machine()}\n`);
  for (const jointSize of values.sizes.split(',').map(Number)) {
    const config = smallConfig({
      imageFeatureSize: Number(values.features),
      vocabularySize: VOCABULARY,
      wordEmbeddingSize: 300,
      jointSize,
      blocks: 16,
      bidirectional: true,
    });
    const parameters = initialParameters(config, 1);
    const random = seededRandom(jointSize);
    const features = randomNumbers(random, images * REGIONS * config.imageFeatureSize);
    const sentences = Array.from({ length: captions }, () =>
      Array.from({ length: 8 + Math.floor(random() * 13) }, () => Math.floor(random() * VOCABULARY)),
    );
    const kernels = await createThreadedEncoder(config, parameters);
    const tfjs = createTfjsEncoder('wasm', config, parameters);
    const [ours, theirs] = [await encodeAll(kernels), await encodeAll(tfjs)];
    for (const [index, nodes] of theirs.entries())
      expectClose(ours[index] ?? [], nodes, TOLERANCE, `D ${jointSize}`);
    const times = { images: [[], []] as [number[], number[]], captions: [[], []] as [number[], number[]] };
    for (let round = 0; round < rounds; round++) {
      for (const [index, encoder] of [kernels, tfjs].entries()) {
        times.images[index]?.push(await seconds(() => encoder.encodeImages(features, images, REGIONS)));
        times.captions[index]?.push(await seconds(() => encoder.encodeCaptions(sentences)));
      }
    }
    await kernels.dispose();
    await tfjs.dispose();
    for (const [what, count] of Object.entries({ images, captions })) {
      const [own, other] = times[what as 'images' | 'captions'].map((all) => quantile(all, 0.5)) as [
        number,
        number,
      ];
      process.stdout.write(
        `D ${String(jointSize).padEnd(4)} ${what.padEnd(8)} kernels ${(count / own).toFixed(0)}/s | ` +
          `TF.js wasm ${(count / other).toFixed(0)}/s | ${(other / own).toFixed(1)} times\n`,
      );
    }

    async function encodeAll(encoder: Encoder): Promise<Float32Array[]> {
      return [
        await encoder.encodeImages(features, images, REGIONS),
        ...(await encoder.encodeCaptions(sentences)),
      ];
    }
  }
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
