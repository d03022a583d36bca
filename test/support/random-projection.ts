import type { StoredProjection } from '../../shared/retrieval/index.ts';
import { randomTensor } from './random.ts';

/** A stored projection of random numbers: F 6, D 5, five counted words, 8 dimensions unless said. */
export function randomProjection(random: () => number, dimensions = 8): StoredProjection {
  const tensor = (...shape: number[]) => randomTensor(random, shape);
  return {
    config: {
      format: 'gsmn-coarse-head',
      version: 1,
      kind: 'cca',
      dimensions,
      features: { image: { regions: 6, nodes: 5 }, text: { bag: [4, 5, 7, 9, 12], words: 5 } },
    },
    tensors: new Map([
      ['image.projection', tensor(dimensions, 11)],
      ['image.offset', tensor(dimensions)],
      ['text.projection', tensor(10, dimensions)],
      ['text.offset', tensor(dimensions)],
    ]),
  };
}
