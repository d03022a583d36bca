import { createTfjsEncoder, createTfjsMatcher } from '../../shared/gsmn/index.ts';
import { loadTfjsBackend, type TfjsBackendName } from '../../shared/platform/tfjs/index.ts';
import { randomBoxes, randomNumbers, seededRandom } from './random.ts';
import { randomParameters, smallConfig } from './random-model.ts';

/** Encodes and scores with a small random model on one backend: the same seed must give the same on every other. */
export async function tfjsScores(backend: TfjsBackendName, seed: number): Promise<number[]> {
  await loadTfjsBackend(backend);
  const random = seededRandom(seed);
  const config = smallConfig({ propagation: 'neighbours', sparse: true, layers: 2 });
  const parameters = randomParameters(random, config);
  const encoder = createTfjsEncoder(backend, config, parameters);
  const matcher = createTfjsMatcher(backend, config, parameters);
  const nodes = await encoder.encodeImages(randomNumbers(random, 2 * 3 * config.imageFeatureSize), 2, 3);
  const words = await encoder.encodeCaptions([
    [1, 5, 6, 2],
    [1, 7, 2],
  ]);
  const size = 3 * config.jointSize;
  const prepared = await matcher.prepareImages(
    [0, 1].map((image) => ({
      nodes: nodes.slice(image * size, (image + 1) * size),
      boxes: randomBoxes(random, 3),
    })),
  );
  const dependencies = [
    [0, 1],
    [1, 2],
  ] as const;
  const scores = await matcher.score(
    prepared,
    words.map((caption) => ({ words: caption, dependencies })),
  );
  prepared.dispose();
  await matcher.dispose();
  await encoder.dispose();
  return [
    ...nodes,
    ...words.flatMap((caption) => [...caption]),
    ...scores.imageToText,
    ...scores.textToImage,
  ];
}

// Run as a program, it prints the numbers: a child process can have another environment than the tests.
if (process.argv[1] === import.meta.filename) {
  const numbers = await tfjsScores(process.argv[2] as TfjsBackendName, Number(process.argv[3]));
  process.stdout.write(JSON.stringify(numbers));
}
