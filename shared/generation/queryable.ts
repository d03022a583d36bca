import { AppError } from '../errors/index.ts';
import type { ModelConfig } from '../schema/index.ts';

/**
 * Refuses a model whose scores depend on the query's dependency parse (sparse, `neighbours`): queries are not parsed.
 *
 * @throws AppError `format_unsupported`.
 */
export function assertQueryable(config: ModelConfig): void {
  if (!config.sparse || config.propagation === 'self') return;
  throw new AppError(
    'format_unsupported',
    'the model compares dependency parses, and queries cannot be parsed',
    {
      hint: 'use a dense model, or a sparse one that propagates "self"',
    },
  );
}
