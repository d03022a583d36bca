import type { Propagation } from '../../../shared/schema/index.ts';
import { randomBoxes, randomNumbers, seededRandom } from '../../support/random.ts';
import { randomParameters, smallConfig } from '../../support/random-model.ts';
import type { Sample } from './contenders.ts';

/** R, L */
export const [REGIONS, WORDS] = [36, 14];

/** Random unit vectors and boxes, and a network with the released proportions (T 16, K 8, H 32, λ 20). */
export function randomSample(
  jointSize: number,
  propagation: Propagation,
  { images, captions }: { readonly images: number; readonly captions: number },
): Sample {
  const random = seededRandom(20261128);
  const sizes = { blocks: 16, kernels: 8, hiddenSize: 32, softmaxTemperature: 20 };
  const config = smallConfig({ jointSize, propagation, ...sizes });
  const rows = (count: number) => {
    const numbers = randomNumbers(random, count * jointSize);
    for (let row = 0; row < count; row++) {
      const own = numbers.subarray(row * jointSize, (row + 1) * jointSize);
      const length = Math.hypot(...own);
      own.set(own.map((value) => value / length));
    }
    return numbers;
  };
  return {
    config,
    parameters: randomParameters(random, config),
    images: Array.from({ length: images }, () => ({
      nodes: rows(REGIONS),
      boxes: randomBoxes(random, REGIONS),
    })),
    captions: Array.from({ length: captions }, () => ({ words: rows(WORDS) })),
    sizes: { regions: REGIONS, words: WORDS },
  };
}
