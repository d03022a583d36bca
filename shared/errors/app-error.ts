import type { ErrorCode } from './codes.ts';

export interface AppErrorOptions {
  /** How to fix it, as one sentence for the reader. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** Every error that leaves a module of this project. The message says what is wrong and where. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** Wraps anything that was thrown. An `AppError` is returned unchanged. */
export function toAppError(thrown: unknown, code: ErrorCode = 'internal', context = ''): AppError {
  if (thrown instanceof AppError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError(code, context ? `${context}: ${text}` : text, { cause: thrown });
}
