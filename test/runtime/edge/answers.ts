import { expect } from 'vitest';
import { AppError, type ErrorCode } from '../../../shared/errors/index.ts';
import { problemSchema, searchResponseSchema } from '../../../shared/schema/index.ts';

/** The body of a search's answer. */
export async function answer(response: Response) {
  expect(response.status).toBe(200);
  return searchResponseSchema.parse(await response.json());
}

/** The problem that an answer describes, which nobody may keep. */
export async function problem(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const body = problemSchema.parse(await response.json());
  expect(body.status).toBe(response.status);
  return body;
}

/** A part that fails, with a message that callers must not see. */
export const failing =
  (code: ErrorCode, message = `made to fail with ${code} at 10.0.0.7:8788`) =>
  async (): Promise<never> => {
    throw new AppError(code, message);
  };
