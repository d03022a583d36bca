import { plainWordNodes } from '../../support/plain-gsmn.ts';
import type { Contender, Sample } from './contenders.ts';

/** float32 against float64. */
const TOLERANCE = 1e-5;

/**
 * Compares the nodes of some captions with plain float64, because a fast wrong result is useless. Returns the largest
 * difference of each encoder.
 */
export async function check(all: readonly Contender[], sample: Sample): Promise<number> {
  const captions = sample.captions.slice(0, 2);
  const expected = captions.map((ids) => plainWordNodes(sample.config, sample.parameters, ids));
  let worst = 0;
  for (const { name, encoder } of all) {
    const encoded = await encoder.encodeCaptions(captions);
    for (const [index, nodes] of expected.entries()) {
      const difference = nodes.reduce(
        (most, value, at) => Math.max(most, Math.abs((encoded[index]?.[at] ?? Number.NaN) - value)),
        0,
      );
      if (!(difference <= TOLERANCE))
        throw new Error(`${name}: a node of caption ${index} is ${difference} away from the reference`);
      worst = Math.max(worst, difference);
    }
  }
  return worst;
}
