import type { GruLayer } from './gru-layer.ts';
import { type GruScratch, projectedBytes, projectRows } from './run-gru-layer.ts';
import type { EncoderLayout } from './scratch.ts';

/**
 * Projects embeddings: each once, however often its word occurs, and not again if its row was kept from an earlier
 * call.
 * @param ids of all words
 * @returns address of the projected input of the word at a position; valid until `keep` is called with what was
 *   projected
 */
export function projectWords(
  layout: EncoderLayout,
  layer: GruLayer,
  scratch: GruScratch,
  ids: readonly number[],
): { readonly addressOf: (word: number) => number; readonly projected: readonly [number, number][] } {
  const addresses = new Map<number, number>();
  const missing: number[] = [];
  for (const id of new Set(ids)) {
    const known = layout.words.find(id);
    if (known === undefined) missing.push(id);
    else addresses.set(id, known);
  }
  projectRows(layout, layer, scratch, layout.embedding, missing);
  const rowBytes = projectedBytes(layer);
  const projected = missing.map((id, row): [number, number] => [id, scratch.projected + row * rowBytes]);
  for (const [id, address] of projected) addresses.set(id, address);
  return { addressOf: (word) => addresses.get(ids[word] as number) as number, projected };
}
