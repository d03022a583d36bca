import type { ParserConfig, ParserModel } from '../../shared/parse/index.ts';
import { tensorShapes } from '../../shared/parse/index.ts';
import { randomNumbers } from './random.ts';

/** The configuration of a small parser, with sizes that are multiples of nothing. */
export function smallParserConfig(changes: Partial<ParserConfig> = {}): ParserConfig {
  return {
    format: 'gsmn-parser',
    version: 1,
    featureSizes: { vector: 7, form: 5, longSuffix: 3, shortSuffix: 2, prefix: 3, shape: 1 },
    hiddenSize: 11,
    arcSize: 9,
    relationSize: 5,
    tagSize: 3,
    entries: {
      vector: ['a', 'dog', 'runs', '0', '00'],
      form: ['a', 'dog', 'cat', '"'],
      longSuffix: ['dog', 'uns'],
      shortSuffix: ['og'],
      prefix: ['run', 'a'],
    },
    universalTags: ['NOUN', 'VERB', 'DET'],
    tags: ['NN', 'VB', 'DT', '.', 'CD'],
    relations: ['root', 'det', 'nsubj', 'nmod:poss'],
    provenance: {},
    ...changes,
  };
}

/** A parser of random numbers: its trees are random, and depend on every part. */
export function randomParser(random: () => number, config: ParserConfig): ParserModel {
  const tensors = new Map<string, Float32Array>();
  for (const [name, shape] of tensorShapes(config)) {
    const size = shape.reduce((product, extent) => product * extent, 1);
    tensors.set(name, randomNumbers(random, size, 0.7));
  }
  return { config, tensors };
}
