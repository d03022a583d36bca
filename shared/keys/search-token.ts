import { decodeProtectedHeader, errors, importJWK, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import { parseFilter } from '../filter/parse-filter.ts';
import { type FilterTree, filterSchema } from '../schema/index.ts';
import { fieldNamesSchema, type KeyRecord, originSchema } from './key-record.ts';
import { identifyKey, signingKey } from './search-key.ts';

/** How long a token may last at most, in seconds: only its key can be revoked. */
export const TOKEN_SECONDS = 86_400;

/** Characters of a token: headers of a request have 16 KiB or less in all. */
const TOKEN_CHARACTERS = 6000;

/** RFC 8037 calls it EdDSA, RFC 9864 Ed25519. */
const ALGORITHMS = ['EdDSA', 'Ed25519'];

/** What a token narrows its key by. A claim that is not known could have been meant to narrow it, too, so there are no others. */
const claimsSchema = z.strictObject({
  /** The images that it finds, of those that its key finds. */
  filter: filterSchema,
  /** Fields, of those of its key. */
  fields: fieldNamesSchema.optional(),
  /** Pages that may use it; any if absent. */
  origins: z.array(originSchema).min(1).max(50).optional(),
  exp: z.number(),
  nbf: z.number().optional(),
  iat: z.number().optional(),
  jti: z.string().optional(),
  sub: z.string().optional(),
});

/** What a token allows. */
export interface TokenClaims {
  readonly filter: FilterTree;
  readonly fields?: readonly string[] | undefined;
  readonly origins?: readonly string[] | undefined;
}

/** A token that was read: of which key and what it allows; or why it is none. `tell` is for callers whose token its key signed. */
export type VerifiedToken =
  | { readonly key: KeyRecord; readonly claims: TokenClaims }
  | { readonly why: string; readonly key?: KeyRecord; readonly tell?: string };

/** Whether a text has the form of a token: three parts of a JWT. */
export function isToken(text: string): boolean {
  return text.length <= TOKEN_CHARACTERS && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}

/**
 * A token that a secret key signs: a JWT (RFC 7519) of Ed25519 whose `kid` is the id of the key.
 *
 * @param claims with `filter`, and perhaps `fields` and `origins`
 * @param seconds that it is valid
 * @throws AppError `argument_invalid` for claims that a search would refuse.
 */
export async function signToken(
  key: string,
  claims: Readonly<Record<string, unknown>>,
  seconds: number,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const wrong = claimsOf({ ...claims, exp: now + seconds });
  if ('tell' in wrong) throw new AppError('argument_invalid', wrong.tell);
  const [{ id }, { sign }] = await Promise.all([identifyKey(key), signingKey(key)]);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'EdDSA', kid: id })
    .setIssuedAt(now)
    .setExpirationTime(now + seconds)
    .sign(sign);
}

/** A public key that is nobody's: what verifies for it is refused all the same. */
const NOBODY = 'WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY';

/**
 * Verifies a token. A token of an unknown key costs the same work as one whose signature is wrong.
 *
 * @param find the record of a key by its id
 * @param now milliseconds since 1970
 */
export async function verifyToken(
  token: string,
  find: (id: string) => Promise<KeyRecord | undefined>,
  now: number,
): Promise<VerifiedToken> {
  const id = keyOf(token);
  const found = id === undefined ? undefined : await find(id);
  const key = found?.verify === undefined ? undefined : found;
  const refused = (why: string, tell: string): VerifiedToken =>
    key === undefined ? { why: 'unknown key' } : { why, key, tell };
  try {
    const verify = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: key?.verify ?? NOBODY }, 'EdDSA');
    const { payload } = await jwtVerify(token, verify, {
      algorithms: ALGORITHMS,
      currentDate: new Date(now),
    });
    const claims = claimsOf(payload);
    if ('tell' in claims) return refused('claims', claims.tell);
    if (claims.exp * 1000 - now > TOKEN_SECONDS * 1000)
      return refused('too long', 'The search token is valid for more than a day.');
    return key === undefined ? { why: 'unknown key' } : { key, claims };
  } catch (thrown) {
    // Both are of tokens whose signature is right.
    if (thrown instanceof errors.JWTExpired) return refused('expired', 'The search token has expired.');
    if (thrown instanceof errors.JWTClaimValidationFailed)
      return refused('claims', `The search token is not valid: ${thrown.message}.`);
    if (thrown instanceof errors.JOSEError) return { why: thrown.code };
    throw thrown;
  }
}

/** The id of the key that a token names. */
function keyOf(token: string): string | undefined {
  try {
    const { kid } = decodeProtectedHeader(token);
    return typeof kid === 'string' && /^[0-9a-f]{16}$/.test(kid) ? kid : undefined;
  } catch {
    // No JWT: verifying it says so.
    return undefined;
  }
}

function claimsOf(payload: unknown): (TokenClaims & { readonly exp: number }) | { readonly tell: string } {
  const parsed = claimsSchema.safeParse(payload);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.join('.');
    return { tell: `The search token is not valid: ${place ? `${place}: ` : ''}${issue?.message}.` };
  }
  const { filter, fields, origins, exp } = parsed.data;
  try {
    return { filter: typeof filter === 'string' ? parseFilter(filter) : filter, fields, origins, exp };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return { tell: `The search token is not valid: ${thrown.message}` };
  }
}
