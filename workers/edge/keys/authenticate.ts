import { timingSafeEqual } from 'hono/utils/buffer';
import { AppError } from '../../../shared/errors/index.ts';
import { invalidity, type KeyRecord } from '../../../shared/keys/key-record.ts';
import { identifyKey, isKey } from '../../../shared/keys/search-key.ts';
import { isToken, type TokenClaims, verifyToken } from '../../../shared/keys/search-token.ts';
import type { KeyStore } from './key-store.ts';

/** Who asks: a key, or a token that narrows it. */
export interface Caller {
  readonly key: KeyRecord;
  readonly claims?: TokenClaims | undefined;
}

/** Why nobody is let in; the id of the key if the caller has proved to know it. For the log. */
export interface Refusal {
  readonly why: string;
  readonly key?: string | undefined;
  readonly tell?: string | undefined;
}

/** Of a key that nobody has. */
const NO_HASH = '0'.repeat(64);

/**
 * Finds out whose key or token a request came with. Whether a key is unknown, or known by the beginning of its hash only, takes the
 * same time: it is hashed, looked up by the hash, and the whole hashes are compared in constant time.
 */
export async function authenticate(given: string, store: KeyStore, now: number): Promise<Caller | Refusal> {
  if (isToken(given)) {
    const verified = await verifyToken(given, (id) => store.find(id), now);
    if ('why' in verified) return { why: verified.why, key: verified.key?.id, ...told(verified, now) };
    return allowed(verified, now);
  }
  if (!isKey(given)) return { why: 'neither key nor token' };
  const { id, hash } = await identifyKey(given);
  const record = await store.find(id);
  const same = await timingSafeEqual(hash, record?.hash ?? NO_HASH);
  return same && record !== undefined ? allowed({ key: record }, now) : { why: 'unknown key' };
}

function allowed(caller: Caller, now: number): Caller | Refusal {
  const why = invalidity(caller.key, now);
  return why === undefined ? caller : { why, key: caller.key.id };
}

/** What is wrong with a token is said as long as its key is valid. */
function told({ key, tell }: { readonly key?: KeyRecord; readonly tell?: string }, now: number) {
  return { tell: key !== undefined && invalidity(key, now) === undefined ? tell : undefined };
}

/** The key or token that a request came with. @throws AppError `request_invalid` for one in the address, and for two. */
export function givenKey(request: Request): string | undefined {
  if (new URL(request.url).searchParams.has('key')) {
    throw new AppError('request_invalid', 'key: a key is not sent in the address.', {
      hint: 'Send it as a header, Authorization: Bearer KEY. Addresses stay in logs, histories and caches.',
    });
  }
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  const given = request.headers.get('x-search-key') ?? bearer;
  if (given === undefined || bearer === undefined || bearer === given) return given;
  throw new AppError('request_invalid', 'Authorization and X-Search-Key are two keys.', {
    hint: 'Send one of them.',
  });
}

/** What a caller is told that sends no key. */
export function missingKey(): AppError {
  return new AppError('unauthorized', 'This request has no key.', {
    hint: 'Send it as Authorization: Bearer KEY, or X-Search-Key: KEY.',
  });
}

/** What a caller is told whose key is not valid, whatever the reason. */
export function refusedKey({ tell }: Refusal): AppError {
  return tell === undefined
    ? new AppError('unauthorized', 'The key is not valid here.', {
        hint: 'Ask the operator who gave it to you for another one.',
      })
    : new AppError('unauthorized', tell, { hint: 'Ask the server that made it for a new one.' });
}
