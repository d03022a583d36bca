import { AppError, type ErrorCode } from '../../shared/errors/index.ts';

/** The code that work ends with; undefined when it ends well. What is thrown and no `AppError` is thrown on. */
export async function errorCode(work: Promise<unknown> | (() => unknown)): Promise<ErrorCode | undefined> {
  try {
    await (typeof work === 'function' ? work() : work);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof AppError) return thrown.code;
    throw thrown;
  }
}
