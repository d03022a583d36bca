import { z } from 'zod';
import { AppError, ERROR_CODES, type ErrorCode } from '../../../shared/errors/index.ts';

const problemSchema = z.object({
  code: z.enum(ERROR_CODES),
  detail: z.string(),
  hint: z.string().optional(),
});

/** Codes about the request itself; the caller of the search may get them unchanged. */
const ABOUT_THE_REQUEST: readonly ErrorCode[] = [
  'query_empty',
  'query_too_long',
  'image_invalid',
  'image_encoder_missing',
  'request_invalid',
  'request_too_large',
  'generation_missing',
  'generation_stale',
  'overloaded',
];

/** Our error for a response of the rerank service with an error status. */
export function rerankError(
  response: Response,
  body: string,
  unavailable: ErrorCode,
  host: string,
): AppError {
  const { status } = response;
  if (status === 401 || status === 403) {
    return new AppError('unauthorized', `the rerank service at ${host} refuses our token`, {
      hint: 'Set RERANK_TOKEN to the same value in both services.',
    });
  }
  const problem = parseProblem(body);
  if (problem && ABOUT_THE_REQUEST.includes(problem.code)) {
    return new AppError(problem.code, problem.detail, { hint: problem.hint });
  }
  if (status === 429) return new AppError('overloaded', `the rerank service at ${host} is overloaded`);
  // An error that would occur again: neither repeated nor counted in the circuit.
  if (problem && status === 500) return new AppError('internal', problem.detail, { hint: problem.hint });
  const detail = problem ? `: ${problem.detail}` : '';
  return new AppError(unavailable, `the rerank service at ${host} returned ${status}${detail}`, {
    hint: problem?.hint,
  });
}

function parseProblem(body: string): z.output<typeof problemSchema> | undefined {
  try {
    return problemSchema.safeParse(JSON.parse(body)).data;
  } catch {
    // Not JSON: a page of a proxy. The status says enough.
    return undefined;
  }
}
