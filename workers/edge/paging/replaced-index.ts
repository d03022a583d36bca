import { AppError } from '../../../shared/errors/index.ts';

/** The version of the index that a caller names, or that its cursor does, is gone: they must begin again. */
export function replacedIndex(generation: string, cause: unknown): AppError {
  return new AppError(
    'request_invalid',
    `the index was replaced: its version ${generation} is not served any more.`,
    { hint: 'Begin with the first page, without after and generation.', cause },
  );
}
