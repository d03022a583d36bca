import * as tf from '@tensorflow/tfjs';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { type Feature, type ParserConfig, tensorShapes } from '../../../shared/parse/index.ts';
import type { TableLookup } from './parser-network.ts';

/** Vectors of words, which are not trained: rows of the lexicon after the two for unknown words and for the root. */
export const VECTORS = 'table.vector';
/** Rows of the table of vectors that are trained: the first two. */
const TRAINED_ROWS = 2;

/** Bounds of the small numbers that tables and biaffine forms start with. */
const TABLE_BOUND = 0.1;
const BIAFFINE_BOUND = 0.05;

/** The parameters that training starts from: Glorot and Bengio 2010 for layers, small numbers for tables, zeros for biases. */
export function initialTensors(config: ParserConfig, generator: RandomGenerator): Map<string, tf.Variable> {
  const variables = new Map<string, tf.Variable>();
  for (const [name, shape] of tensorShapes(config)) {
    const trained = name === VECTORS ? [TRAINED_ROWS, shape[1] as number] : [...shape];
    const bound = boundOf(name, trained);
    const data = Float32Array.from(
      { length: trained.reduce((product, extent) => product * extent, 1) },
      () => bound * (2 * uniformFloat64(generator) - 1),
    );
    variables.set(
      name,
      tf.tidy(() => tf.variable(tf.tensor(data, trained))),
    );
  }
  return variables;
}

function boundOf(name: string, shape: readonly number[]): number {
  if (/bias$/i.test(name)) return 0;
  if (name.startsWith('table.')) return TABLE_BOUND;
  if (/^(arc|relation)\.pair$|^arc\.head\.score$/.test(name)) return BIAFFINE_BOUND;
  const [inputs = 1, outputs = 1] = shape;
  // Weights of a state have the range for one square block of them.
  if (name.includes('.state')) return Math.sqrt(3 / inputs);
  return Math.sqrt(6 / (inputs + outputs));
}

/**
 * Looks up rows in tables; gradients go to the trained rows.
 * @param vectors `[rows, columns]`, of which the first two are zeros
 */
export function trainedLookup(tensors: ReadonlyMap<string, tf.Tensor>, vectors: tf.Tensor2D): TableLookup {
  return (feature: Feature, rows: tf.Tensor1D) => {
    const table = tensors.get(`table.${feature}`) as tf.Tensor2D;
    if (`table.${feature}` !== VECTORS) return tf.gather(table, rows);
    const first = tf.oneHot(tf.minimum(rows, TRAINED_ROWS).toInt(), TRAINED_ROWS + 1);
    const trained = tf.cast(tf.slice(first, [0, 0], [-1, TRAINED_ROWS]), 'float32') as tf.Tensor2D;
    return tf.add(tf.gather(vectors, rows), tf.matMul(trained, table));
  };
}
