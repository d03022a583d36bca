import type { Dependencies } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import { roundUp } from '../simd/layouts.ts';

/**
 * Turns inner products of a caption's words, `[L, L rounded up to 4]`, in place into the weights of the edges of its
 * graph, `[j: L, i: L rounded up to 4]`: `e_ij = softmax_j (λ t_i·t_j)` over the words that i is joined to. These are
 * all words, or in sparse models the word itself and its neighbours in the parse. The first pair, the root, and pairs
 * that reach the caption's end are skipped.
 */
export function weighEdges(
  edges: Float32Array,
  length: number,
  dependencies: Dependencies | undefined,
  { softmaxTemperature, sparse }: Pick<ModelConfig, 'softmaxTemperature' | 'sparse'>,
): void {
  const lanes = roundUp(length);
  const joined = sparse ? adjacency(dependencies?.slice(1) ?? [], length) : undefined;
  for (let i = 0; i < length; i++) {
    let largest = -Infinity;
    for (let j = 0; j < length; j++) {
      if (joined?.[i * length + j] === 0) continue;
      largest = Math.max(largest, softmaxTemperature * (edges[j * lanes + i] as number));
    }
    let sum = 0;
    for (let j = 0; j < length; j++) {
      const at = j * lanes + i;
      const weight =
        joined?.[i * length + j] === 0 ? 0 : Math.exp(softmaxTemperature * (edges[at] as number) - largest);
      edges[at] = weight;
      sum += weight;
    }
    for (let j = 0; j < length; j++) edges[j * lanes + i] = (edges[j * lanes + i] as number) / sum;
  }
}

/** `[L, L]` of 0 and 1, symmetric, with self loops. */
function adjacency(pairs: readonly (readonly [number, number])[], length: number): Uint8Array {
  const joined = new Uint8Array(length * length);
  for (let word = 0; word < length; word++) joined[word * length + word] = 1;
  for (const [head, dependent] of pairs) {
    if (head >= length || dependent >= length) continue;
    joined[head * length + dependent] = 1;
    joined[dependent * length + head] = 1;
  }
  return joined;
}
