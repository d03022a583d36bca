import { createKernelEngines, type KernelModules } from '../../shared/kernels/index.ts';
import type { Propagation } from '../../shared/schema/index.ts';
import { calmParameters } from '../support/calm-parameters.ts';
import { randomBoxes, randomNumbers, seededRandom } from '../support/random.ts';
import { smallConfig } from '../support/random-model.ts';

/** Printed by the tests that run this. */
export const SEED = 20261206;

/** Results of the scenario in a runtime, by name: plain numbers, so that they can be sent from one runtime to another. */
export type ScenarioNumbers = Record<string, number[]>;

/** Encodes captions, scores images with them and computes evidence; the same in every runtime, except for the kernels. */
export async function runScenario(kernels: KernelModules): Promise<ScenarioNumbers> {
  const numbers: ScenarioNumbers = {};
  for (const propagation of ['self', 'neighbours'] as const) {
    for (const [name, values] of Object.entries(await runOne(kernels, propagation)))
      numbers[`${propagation} ${name}`] = [...values];
  }
  return numbers;
}

async function runOne(
  kernels: KernelModules,
  propagation: Propagation,
): Promise<Record<string, Float32Array>> {
  const random = seededRandom(SEED);
  const config = smallConfig({ jointSize: 64, blocks: 8, hiddenSize: 24, vocabularySize: 50, propagation });
  const { encoder, matcher } = createKernelEngines(config, calmParameters(random, config), kernels);
  const captions = [3, 14, 9, 1, 30, 5, 5, 12].map((length) =>
    Array.from({ length }, () => Math.floor(random() * config.vocabularySize)),
  );
  const images = [36, 5, 1, 20, 36, 36].map((regions) => ({
    nodes: randomNumbers(random, regions * config.jointSize, 0.2),
    boxes: randomBoxes(random, regions),
  }));
  const words = await encoder.encodeCaptions(captions);
  const graphs = words.map((nodes) => ({ words: nodes }));
  const [alone = new Float32Array()] = await encoder.encodeCaptions(captions.slice(1, 2));
  const prepared = await matcher.prepareImages(images);
  const scores = await matcher.score(prepared, graphs);
  const [evidence] = await matcher.evidenceOf(prepared, [3], { words: alone });
  if (evidence === undefined) throw new Error('no evidence of image 3');
  prepared.dispose();
  await matcher.dispose();
  await encoder.dispose();
  return {
    nodes: Float32Array.from(words.flatMap((nodes) => [...nodes])),
    alone,
    'image to text': scores.imageToText,
    'text to image': scores.textToImage,
    'word attention': evidence.wordAttention,
    'region attention': evidence.regionAttention,
  };
}
