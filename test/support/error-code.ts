import { AppError, type ErrorCode } from '../../shared/errors/index.ts';

/** The error code of work that fails; undefined if it succeeds. Errors other than `AppError` are thrown again. */
export async function errorCode(work: Promise<unknown> | (() => unknown)): Promise<ErrorCode | undefined> {
  try {
    await (typeof work === 'function' ? work() : work);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown.code;
    throw thrown;
  }
}
