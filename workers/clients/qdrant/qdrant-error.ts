import { QdrantClientResourceExhaustedError } from '@qdrant/js-client-rest';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/index.ts';

/** The error of `@qdrant/js-client-rest` for a response with an error status. */
const apiErrorSchema = z.object({ status: z.number(), data: z.unknown() });
const statusSchema = z.object({ status: z.object({ error: z.string() }) });

/** Translates errors of the Qdrant client. `action` says what was being done, e.g. `query collection x`. */
export function qdrantError(thrown: unknown, action: string, host: string): AppError {
  if (thrown instanceof AppError) return thrown;
  const where = `${action} (Qdrant at ${host})`;
  if (thrown instanceof QdrantClientResourceExhaustedError) {
    return new AppError('overloaded', `${where}: too many requests`, { cause: thrown });
  }
  const api = apiErrorSchema.safeParse(thrown).data;
  if (api === undefined) {
    return new AppError('recall_unavailable', `${where}: no usable response`, {
      hint: 'Check that it runs and that QDRANT_URL names it.',
      cause: thrown,
    });
  }
  const said = statusSchema.safeParse(api.data).data?.status.error ?? '';
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
    case 429:
      return new AppError('overloaded', message, { cause: thrown });
    default:
      return new AppError('recall_unavailable', message, { cause: thrown });
  }
}
