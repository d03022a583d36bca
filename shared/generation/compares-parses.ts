import type { ModelConfig } from '../schema/index.ts';

/**
 * Whether a model's scores depend on parses. Those of a sparse model that propagates `self` do not: every edge of a word leads to its
 * own vector (docs/network.md).
 */
export function comparesParses({
  sparse,
  propagation,
}: Pick<ModelConfig, 'sparse' | 'propagation'>): boolean {
  return sparse && propagation === 'neighbours';
}
