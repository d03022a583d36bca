import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../../shared/errors/index.ts';

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * Refuses a request whose `Authorization` is not `Bearer <token>`. Digests are compared, in constant time, so that
 * neither the length nor the beginning of the token can be measured.
 *
 * @throws AppError `unauthorized`.
 */
export function assertServiceToken(authorization: string | undefined, token: string): void {
  const given = /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  if (timingSafeEqual(digest(given), digest(token))) return;
  throw new AppError('unauthorized', 'the service token is missing or wrong', {
    hint: 'send it as "Authorization: Bearer …"; RERANK_TOKEN must be the same in caller and service',
  });
}
