import type { CaptionGraph, Parameters } from '../../model/index.ts';
import type { NetworkTensors } from '../network-tensors.ts';
import type { EncodedGraphs } from './paired-matching.ts';
import type { TrainingBatch } from './training-batch.ts';

/** An encoded batch as plain numbers. */
export interface GraphNumbers {
  /** For every image: nodes `[R, D]`; gates `[R, K]` (`self`) or edge weights `[K, R, R]` (`neighbours`). */
  readonly images: readonly { readonly nodes: Float32Array; readonly layout: Float32Array }[];
  readonly captions: readonly CaptionGraph[];
}

/**
 * Scores all pairs of a batch outside of TF.js: GSMN scores, `[B, B]`. Finding the pairs that count needs no gradient, so a faster
 * matcher can do it.
 * @param matching the current parameters of both graphs; others may be outdated
 */
export type PairScorer = (graphs: GraphNumbers, matching: Parameters) => Promise<Float32Array>;

/** Downloads an encoded batch and the parameters of both graphs. */
export async function graphNumbers(
  network: NetworkTensors,
  graphs: EncodedGraphs,
  { captions, dependencies }: TrainingBatch,
): Promise<readonly [GraphNumbers, Parameters]> {
  const numbers = async (tensor: EncodedGraphs['layout']) => (await tensor.data()) as Float32Array;
  const [nodes, layout, words] = await Promise.all([
    numbers(graphs.nodes),
    numbers(graphs.layout),
    numbers(graphs.words),
  ]);
  const [size, , D] = graphs.nodes.shape;
  const longest = graphs.words.shape[1];
  const row = (all: Float32Array, index: number) =>
    all.subarray((index * all.length) / size, ((index + 1) * all.length) / size);
  const matching = await Promise.all(
    [...network]
      .filter(([name]) => /^(image|text)_graph\./.test(name))
      .map(async ([name, tensor]) => {
        return [name, { shape: tensor.shape, data: await numbers(tensor) }] as const;
      }),
  );
  return [
    {
      images: captions.map((_, index) => ({ nodes: row(nodes, index), layout: row(layout, index) })),
      captions: captions.map(({ length }, index) => ({
        words: words.subarray(index * longest * D, (index * longest + length) * D),
        dependencies: dependencies[index],
      })),
    },
    new Map(matching),
  ];
}
