import { QdrantClientResourceExhaustedError } from '@qdrant/js-client-rest';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/index.ts';

/** The error of `@qdrant/js-client-rest` for a response with an error status. */
const apiErrorSchema = z.object({ status: z.number(), data: z.unknown() });
const statusSchema = z.object({ status: z.object({ error: z.string() }) });

/** Refusals for which Qdrant gives a reason; without one they come from another program. */
const FOREIGN: readonly number[] = [400, 404, 405, 406, 409, 410, 415, 422];

/** The error for an answer that cannot be of a Qdrant. */
export function notQdrant(
  action: string,
  host: string,
  status: number | undefined,
  cause: unknown,
): AppError {
  return new AppError(
    'recall_unavailable',
    `${host} does not answer like a Qdrant (${action}${status === undefined ? '' : `: ${status}`})`,
    {
      hint: 'Another program answers at this address: check --qdrant or QDRANT_URL. Qdrant listens on port 6333 by default.',
      cause,
    },
  );
}

/** Translates errors of the Qdrant client. `action` says what was being done, e.g. `query collection x`. */
export function qdrantError(thrown: unknown, action: string, host: string): AppError {
  if (thrown instanceof AppError) return thrown;
  const where = `${action} (Qdrant at ${host})`;
  if (thrown instanceof QdrantClientResourceExhaustedError) {
    return new AppError('overloaded', `${where}: too many requests`, { cause: thrown });
  }
  const api = apiErrorSchema.safeParse(thrown).data;
  // An answer that says that it is JSON, and is not.
  if (thrown instanceof SyntaxError) return notQdrant(action, host, undefined, thrown);
  if (api === undefined) {
    return new AppError('recall_unavailable', `${where}: no usable response`, {
      hint: 'Check that it runs and that QDRANT_URL names it.',
      cause: thrown,
    });
  }
  const said = statusSchema.safeParse(api.data).data?.status.error ?? '';
  if (!said && FOREIGN.includes(api.status)) return notQdrant(action, host, api.status, thrown);
  const message = `${where}: ${api.status}${said ? ` ${said}` : ''}`;
  switch (api.status) {
    case 400:
    case 422:
      return new AppError('request_invalid', message, { cause: thrown });
    case 401:
    case 403:
      return new AppError('unauthorized', message, { hint: 'Check QDRANT_API_KEY.', cause: thrown });
    case 404:
      return new AppError('not_found', message, {
        hint: 'Build and activate an index: `gsmn index build`.',
        cause: thrown,
      });
    case 408:
      return new AppError('timeout', message, { cause: thrown });
    case 409:
      return new AppError('conflict', message, { cause: thrown });
    case 413:
      return new AppError('request_too_large', message, {
        hint: 'Send fewer points at once.',
        cause: thrown,
      });
    case 507:
      return new AppError('file_unwritable', message, {
        hint: 'Free some space where the vector database keeps its files.',
        cause: thrown,
      });
    case 429:
      return new AppError('overloaded', message, { cause: thrown });
    default:
      return new AppError('recall_unavailable', message, { cause: thrown });
  }
}
