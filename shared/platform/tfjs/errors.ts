import { AppError } from '../../errors/index.ts';

/** A TF.js backend that is not available, and how to get it. */
export function backendUnavailable(name: string, why: string, hint: string, cause?: unknown): AppError {
  return new AppError('backend_unavailable', `the backend "${name}" is not available: ${why}`, {
    hint,
    cause,
  });
}

/** What was thrown, as one line of text. */
export function firstLine(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : String(thrown)).split('\n', 1)[0] ?? '';
}
