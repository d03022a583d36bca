import * as tf from '@tensorflow/tfjs';
import { runGru } from '../../../shared/gsmn/index.ts';
import { DIRECTIONS, FEATURES, type Feature, LAYERS, LEAK } from '../../../shared/parse/index.ts';
import type { SentenceBatch } from './sentence-batches.ts';

/** A parser's tensors by name (`tensorShapes`). */
export type ParserTensors = ReadonlyMap<string, tf.Tensor>;

/** Dropout masks for training: `[1, C, n]`, the same at every step of a sentence. */
export type Dropout = (x: tf.Tensor3D, rate: 'input' | 'state') => tf.Tensor3D;

/** Rows of a table of features, `[n, columns]`. */
export type TableLookup = (feature: Feature, rows: tf.Tensor1D) => tf.Tensor2D;

/** For parsing: no dropout. */
export const keepAll: Dropout = (x) => x;

/** The scores of a batch. */
export interface ParserOutputs {
  /** `[C, L, L]`: for each word, each word (the root first) as its head; far below 0 beyond a sentence's end. */
  readonly arcs: tf.Tensor3D;
  /** `[C, L, B]`: words as dependents and as heads of relations. */
  readonly relationDependents: tf.Tensor3D;
  readonly relationHeads: tf.Tensor3D;
  /** `[L C, X]` and `[L C, U]`, step by step. */
  readonly tags: tf.Tensor2D;
  readonly universalTags: tf.Tensor2D;
}

/** Added to scores of words that cannot be a head. */
const NEVER = -1e9;

function read<T extends tf.Tensor = tf.Tensor2D>(tensors: ParserTensors, name: string): T {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new RangeError(`there is no tensor ${name}`);
  return tensor as T;
}

/**
 * Runs the network: features of words through two layers of bidirectional GRU, tags from the first layer, which are input of the
 * second, and biaffine scores of arcs from the second (Dozat and Manning 2017). Call within `tidy`.
 */
export function runParser(
  tensors: ParserTensors,
  lookUp: TableLookup,
  batch: SentenceBatch,
  dropout: Dropout,
): ParserOutputs {
  const { sentences: C, length: L, lengths } = batch;
  const masks = Array.from({ length: L }, (_, step) =>
    tf.tensor2d(
      lengths.map((own) => Number(step < own)),
      [C, 1],
    ),
  );
  const columns = FEATURES.map((feature) => lookUp(feature, tf.tensor1d(batch.rows[feature], 'int32')));
  let x = dropout(tf.reshape(tf.concat(columns, 1), [L, C, -1]) as tf.Tensor3D, 'input');
  let tags: tf.Tensor2D | undefined;
  let universalTags: tf.Tensor2D | undefined;
  for (let layer = 0; layer < LAYERS; layer++) {
    const input = x;
    const states = DIRECTIONS.map((direction) => {
      const own = <T extends tf.Tensor>(name: string) =>
        read<T>(tensors, `gru.${layer}.${direction}.${name}`);
      const weights = {
        input: own<tf.Tensor2D>('input'),
        bias: own<tf.Tensor1D>('bias'),
        stateGates: own<tf.Tensor2D>('stateGates'),
        stateCandidate: own<tf.Tensor2D>('stateCandidate'),
        candidateBias: own<tf.Tensor1D>('candidateBias'),
      };
      return runGru(weights, input, masks, direction === 'backward');
    });
    x = dropout(tf.concat(states, 2) as tf.Tensor3D, 'state');
    if (layer > 0) continue;
    tags = linear(tensors, 'tags', x);
    universalTags = linear(tensors, 'universalTags', x);
    const heard = tf.matMul(tf.softmax(tags), read(tensors, 'tags.heard'));
    x = tf.concat([x, tf.reshape(heard, [L, C, -1])], 2) as tf.Tensor3D;
  }
  const sides = (name: string) =>
    ['dependent', 'head'].map((side) => {
      const flat = tf.leakyRelu(linear(tensors, `${name}.${side}`, x), LEAK);
      const dropped = dropout(tf.reshape(flat, [L, C, -1]) as tf.Tensor3D, 'state');
      return tf.transpose(dropped, [1, 0, 2]) as tf.Tensor3D;
    }) as [tf.Tensor3D, tf.Tensor3D];
  const [dependents, heads] = sides('arc');
  const [relationDependents, relationHeads] = sides('relation');
  const flatHeads = tf.reshape(heads, [C * L, -1]) as tf.Tensor2D;
  const paired = tf.reshape(tf.matMul(flatHeads, read(tensors, 'arc.pair'), false, true), [
    C,
    L,
    -1,
  ]) as tf.Tensor3D;
  const alone = tf.reshape(tf.matMul(flatHeads, read(tensors, 'arc.head.score')), [C, 1, L]);
  const outside = lengths.flatMap((own) => Array.from({ length: L }, (_, step) => (step < own ? 0 : NEVER)));
  const arcs = tf.addN([
    tf.matMul(dependents, paired, false, true),
    tf.add(alone, tf.tensor3d(outside, [C, 1, L])).tile([1, L, 1]) as tf.Tensor3D,
  ]) as tf.Tensor3D;
  if (tags === undefined || universalTags === undefined) throw new RangeError('no layer');
  return { arcs, relationDependents, relationHeads, tags, universalTags };
}

/**
 * Scores of all relations of words with one head each, `[C L, Q]`.
 * @param heads `[C, L]`
 */
export function scoreRelations(
  tensors: ParserTensors,
  { relationDependents, relationHeads }: Pick<ParserOutputs, 'relationDependents' | 'relationHeads'>,
  heads: Int32Array,
): tf.Tensor2D {
  const [C, L, B] = relationDependents.shape;
  const chosen = tf.cast(tf.oneHot(tf.tensor1d(heads, 'int32'), L), 'float32');
  const own = tf.reshape(tf.matMul(tf.reshape(chosen, [C, L, L]), relationHeads), [C * L, B]) as tf.Tensor2D;
  const dependents = tf.reshape(relationDependents, [C * L, B]) as tf.Tensor2D;
  const pairs = tf.reshape(tf.matMul(dependents, read(tensors, 'relation.pair')), [C * L, -1, B]);
  const scores = tf.addN([
    tf.sum(tf.mul(pairs, tf.expandDims(own, 1)), 2),
    tf.matMul(dependents, read(tensors, 'relation.dependent.score')),
    tf.matMul(own, read(tensors, 'relation.head.score')),
  ]);
  return tf.add(scores, read<tf.Tensor1D>(tensors, 'relation.score.bias'));
}

function linear(tensors: ParserTensors, name: string, x: tf.Tensor3D): tf.Tensor2D {
  const flat = tf.reshape(x, [-1, x.shape[2]]) as tf.Tensor2D;
  return tf.add(tf.matMul(flat, read(tensors, `${name}.weight`)), read<tf.Tensor1D>(tensors, `${name}.bias`));
}
