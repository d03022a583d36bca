import * as tf from '@tensorflow/tfjs';
import {
  type DependencyTree,
  featureLookup,
  maximumSpanningTree,
  type ParserConfig,
} from '../../../shared/parse/index.ts';
import {
  keepAll,
  type ParserTensors,
  runParser,
  scoreRelations,
  type TableLookup,
} from './parser-network.ts';
import { cutBatches, sentenceBatch } from './sentence-batches.ts';

/** Words in a batch, including padding. */
const BATCH_WORDS = 4000;

/** Parses sentences with the network in TF.js, shorter ones first. */
export function predictTrees(
  tensors: ParserTensors,
  tableLookup: TableLookup,
  config: ParserConfig,
  trees: readonly DependencyTree[],
): { gold: DependencyTree; predicted: DependencyTree }[] {
  const lookUp = featureLookup(config.entries);
  const sorted = trees.toSorted((a, b) => a.words.length - b.words.length);
  return cutBatches(sorted, BATCH_WORDS).flatMap((golden) => {
    let predictions: { gold: DependencyTree; predicted: DependencyTree }[] = [];
    tf.tidy(() => {
      const batch = sentenceBatch(golden, lookUp);
      const { sentences: C, length: L } = batch;
      const outputs = runParser(tensors, tableLookup, batch, keepAll);
      const arcs = tf.logSoftmax(outputs.arcs).dataSync();
      const heads = new Int32Array(C * L);
      for (const [column, { words }] of golden.entries()) {
        const size = words.length + 1;
        const scores = new Float64Array(size * size);
        for (let dependent = 0; dependent < size; dependent++) {
          const at = (column * L + dependent) * L;
          scores.set(arcs.subarray(at, at + size), dependent * size);
        }
        heads.set(maximumSpanningTree(scores, words.length), column * L + 1);
      }
      const [relations, tags, universalTags] = [
        scoreRelations(tensors, outputs, heads),
        outputs.tags,
        outputs.universalTags,
      ].map((scores) => tf.argMax(scores, 1).dataSync());
      predictions = golden.map((gold, column) => {
        const of = (
          labels: readonly string[],
          best: ArrayLike<number> | undefined,
          at: (word: number) => number,
        ) => gold.words.map((_, index) => labels[best?.[at(index + 1)] ?? 0] ?? '');
        const predicted: DependencyTree = {
          words: gold.words,
          heads: [...heads.subarray(column * L + 1, column * L + 1 + gold.words.length)],
          relations: of(config.relations, relations, (word) => column * L + word),
          tags: of(config.tags, tags, (word) => word * C + column),
          universalTags: of(config.universalTags, universalTags, (word) => word * C + column),
        };
        return { gold, predicted };
      });
    });
    return predictions;
  });
}
