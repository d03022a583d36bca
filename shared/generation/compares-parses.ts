import type { ModelConfig } from '../schema/index.ts';

/**
 * Whether a model's scores depend on dependency parses. Those of a sparse one that propagates `self` do not: every word's edges end at
 * its own vector (docs/network.md).
 */
export function comparesParses({
  sparse,
  propagation,
}: Pick<ModelConfig, 'sparse' | 'propagation'>): boolean {
  return sparse && propagation === 'neighbours';
}
