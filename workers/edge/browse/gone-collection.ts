import { AppError } from '../../../shared/errors/index.ts';

/** A collection that is gone is no error of the caller. */
export function unavailable(thrown: unknown): never {
  if (!(thrown instanceof AppError) || thrown.code !== 'not_found') throw thrown;
  throw new AppError('recall_unavailable', thrown.message, { hint: thrown.hint, cause: thrown });
}
