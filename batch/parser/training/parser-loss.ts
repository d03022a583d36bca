import * as tf from '@tensorflow/tfjs';
import type { ParserConfig } from '../../../shared/parse/index.ts';
import { type ParserOutputs, type ParserTensors, scoreRelations } from './parser-network.ts';
import type { SentenceBatch } from './sentence-batches.ts';

/** The right answers, as rows of numbers: for arcs and relations `[C, L]`, for tags `[L, C]`. */
interface Gold {
  readonly heads: Int32Array;
  readonly relations: Int32Array;
  readonly tags: Int32Array;
  readonly universalTags: Int32Array;
  /** 1 for words, 0 for the root and for padding, in both orders. */
  readonly bySentence: Float32Array;
  readonly byStep: Float32Array;
}

/** Cross entropies of heads, relations and tags with those of the treebank, each averaged over all words. */
export function parserLoss(
  tensors: ParserTensors,
  config: ParserConfig,
  batch: SentenceBatch,
  outputs: ParserOutputs,
  tagWeight: number,
): tf.Scalar {
  const { sentences: C, length: L } = batch;
  const gold = goldOf(batch, config);
  const arcs = tf.reshape(outputs.arcs, [C * L, L]) as tf.Tensor2D;
  const relations = scoreRelations(tensors, outputs, gold.heads);
  const tags = tf.add(
    crossEntropy(outputs.tags, gold.tags, gold.byStep),
    crossEntropy(outputs.universalTags, gold.universalTags, gold.byStep),
  );
  return tf.addN([
    crossEntropy(arcs, gold.heads, gold.bySentence),
    crossEntropy(relations, gold.relations, gold.bySentence),
    tf.mul(tags, tagWeight),
  ]) as tf.Scalar;
}

function crossEntropy(logits: tf.Tensor2D, right: Int32Array, weights: Float32Array): tf.Scalar {
  const chosen = tf.cast(tf.oneHot(tf.tensor1d(right, 'int32'), logits.shape[1]), 'float32');
  const likelihoods = tf.sum(tf.mul(tf.logSoftmax(logits), chosen), 1);
  const words = weights.reduce((sum, weight) => sum + weight, 0);
  return tf.div(tf.sum(tf.mul(likelihoods, tf.tensor1d(weights))), -words) as tf.Scalar;
}

function goldOf({ trees, sentences: C, length: L }: SentenceBatch, config: ParserConfig): Gold {
  const numbers = (labels: readonly string[]) => new Map(labels.map((label, index) => [label, index]));
  const [relations, tags, universalTags] = [config.relations, config.tags, config.universalTags].map(
    numbers,
  ) as [Map<string, number>, Map<string, number>, Map<string, number>];
  const integers = () => new Int32Array(C * L);
  const gold = { heads: integers(), relations: integers(), tags: integers(), universalTags: integers() };
  const [bySentence, byStep] = [new Float32Array(C * L), new Float32Array(C * L)];
  for (const [column, tree] of trees.entries()) {
    for (const index of tree.words.keys()) {
      const [own, step] = [column * L + index + 1, (index + 1) * C + column];
      gold.heads[own] = tree.heads[index] as number;
      gold.relations[own] = relations.get(tree.relations[index] as string) ?? 0;
      gold.tags[step] = tags.get(tree.tags[index] as string) ?? 0;
      gold.universalTags[step] = universalTags.get(tree.universalTags[index] as string) ?? 0;
      bySentence[own] = 1;
      byStep[step] = 1;
    }
  }
  return { ...gold, bySentence, byStep };
}
