import { AppError, type ErrorCode, toAppError } from '../../../shared/errors/index.ts';

/** Codes that a search gets unchanged; `not_found` means that the collection of a generation was deleted. */
const AS_THEY_ARE: readonly ErrorCode[] = [
  'not_found',
  'recall_unavailable',
  'overloaded',
  'timeout',
  'cancelled',
];

/** A wrong key, or a request that Qdrant does not understand, is an error of this system and not of the caller. */
export function collectionError(thrown: unknown): never {
  const error = toAppError(thrown, 'recall_unavailable');
  if (AS_THEY_ARE.includes(error.code)) throw error;
  throw new AppError('recall_unavailable', error.message, { hint: error.hint, cause: error });
}
