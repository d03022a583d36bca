import type { CaptionGraph } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import { roundUp } from './layouts.ts';

/**
 * Weights of a caption graph's edges, `e_ij = softmax_j (λ t_i·t_j)` over the words that i is joined to: all of them, or in
 * sparse models itself and its neighbours in the parse (of which the first pair, the root, and pairs that reach the caption's end
 * are skipped).
 * @param words `[L, D]`
 * @returns `[j: L, i: L rounded up to 4]`
 */
export function captionEdges(
  { words, dependencies }: CaptionGraph,
  length: number,
  { softmaxTemperature, sparse }: ModelConfig,
): Float32Array {
  const lanes = roundUp(length);
  const dots = wordProducts(words, length);
  const joined = sparse ? adjacency(dependencies?.slice(1) ?? [], length) : undefined;
  const edges = new Float32Array(length * lanes);
  for (let i = 0; i < length; i++) {
    const others = Array.from({ length }, (_, j) => j).filter((j) => joined?.[i * length + j] !== 0);
    const logits = others.map((j) => softmaxTemperature * (dots[i * length + j] as number));
    const largest = Math.max(...logits);
    const exponentials = logits.map((logit) => Math.exp(logit - largest));
    const sum = exponentials.reduce((total, value) => total + value, 0);
    for (const [index, j] of others.entries()) edges[j * lanes + i] = (exponentials[index] as number) / sum;
  }
  return edges;
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

function wordProducts(words: Float32Array, length: number): Float64Array {
  const dots = new Float64Array(length * length);
  const size = words.length / length;
  for (let i = 0; i < length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += (words[i * size + k] as number) * (words[j * size + k] as number);
      dots[i * length + j] = sum;
      dots[j * length + i] = sum;
    }
  }
  return dots;
}
