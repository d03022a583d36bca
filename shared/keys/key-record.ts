import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import { parseFilter } from '../filter/parse-filter.ts';
import { FIELD_LIMITS, FILTER_LIMITS } from '../schema/index.ts';

/** Who holds a key: pages, which everybody can read, or a server. */
export const KEY_KINDS = ['publishable', 'secret'] as const;

/** Most keys of a file; more belong into a KV namespace. */
const MOST_KEYS = 500;

const time = z.iso.datetime();
const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
const perMinute = z.int().min(1).max(1_000_000);

/** An origin as browsers send it. */
export const originSchema = z
  .string()
  .refine((text) => URL.canParse(text) && new URL(text).origin === text, 'is no origin: https://example.org');

/** Names of fields, or of members of the metadata. */
export const fieldNamesSchema = z.array(z.string().min(1).max(100)).max(FIELD_LIMITS.fields);

/** What is stored of a key. Nobody can search with it: of the key itself it holds a hash, and of a secret key what verifies its tokens. */
export const keyRecordSchema = z
  .strictObject({
    /** The first digits of `hash`. */
    id: hex(16),
    /** For people. */
    name: z.string().min(1).max(100),
    kind: z.enum(KEY_KINDS),
    /** SHA-256 of the key, as hexadecimal digits. */
    hash: hex(64),
    /** Of a secret key: the Ed25519 public key of the tokens that it signs, as base64url. */
    verify: z
      .string()
      .regex(/^[\w-]{43}$/)
      .optional(),
    created: time,
    /** It is valid from here (always, if absent) … */
    from: time.optional(),
    /** … to here, exclusive. */
    until: time.optional(),
    revoked: time.optional(),
    /** Of a publishable key: pages of which origins may use it; any if absent. */
    origins: z.array(originSchema).min(1).max(50).optional(),
    /** The images that it finds; all if absent. Its fields need not be public. */
    filter: z.string().max(FILTER_LIMITS.characters).optional(),
    /** The only fields that answers show, and that are filtered, counted and sorted by; all public ones if absent. */
    fields: fieldNamesSchema.optional(),
    /** Requests a minute in all, and from one address; and what they may cost a minute. Unlimited if absent. */
    perMinute: z
      .strictObject({
        requests: perMinute.optional(),
        perAddress: perMinute.optional(),
        cost: perMinute.optional(),
      })
      .optional(),
  })
  .check(({ value: record, issues }) => {
    const refuse = (member: keyof KeyRecord, message: string): void => {
      issues.push({ code: 'custom', message, path: [member], input: record[member] });
    };
    const { id, hash, kind, verify, origins, filter } = record;
    if (!hash.startsWith(id)) refuse('id', 'is not the beginning of hash');
    if ((kind === 'secret') !== (verify !== undefined))
      refuse('verify', 'belongs to secret keys, and to no others');
    if (kind === 'secret' && origins !== undefined)
      refuse('origins', 'belongs to publishable keys: pages have no secrets');
    try {
      if (filter !== undefined) parseFilter(filter);
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      refuse('filter', thrown.message);
    }
  });
export type KeyRecord = z.output<typeof keyRecordSchema>;

const keysSchema = z.strictObject({
  format: z.literal('gsmn-search-keys'),
  version: z.literal(1),
  keys: z
    .array(keyRecordSchema)
    .max(MOST_KEYS)
    .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, 'has a key twice'),
});

/**
 * The keys of a file, or of the variable that holds one.
 *
 * @param content text, or the JSON value itself
 * @param what names it in errors
 * @throws AppError `config_invalid` with the place of the first mistake.
 */
export function readKeys(content: unknown, what: string): KeyRecord[] {
  let value = content;
  if (typeof content === 'string') {
    try {
      value = JSON.parse(content);
    } catch (cause) {
      throw new AppError('config_invalid', `${what} is not JSON`, { hint: HINT, cause });
    }
  }
  const parsed = keysSchema.safeParse(value);
  if (parsed.success) return parsed.data.keys;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.');
  throw new AppError('config_invalid', `${what}: ${place ? `${place}: ` : ''}${issue?.message}`, {
    hint: HINT,
    cause: parsed.error,
  });
}

const HINT = '`gsmn keys create` writes such a file (docs/keys.md).';

/** Keys as the text of a file. */
export function writeKeys(keys: readonly KeyRecord[]): string {
  return `${JSON.stringify({ format: 'gsmn-search-keys', version: 1, keys }, undefined, 2)}\n`;
}

/** Why a key is not valid at a time (milliseconds since 1970); undefined if it is. */
export function invalidity(
  { from, until, revoked }: Pick<KeyRecord, 'from' | 'until' | 'revoked'>,
  now: number,
): 'revoked' | 'not valid yet' | 'expired' | undefined {
  if (revoked !== undefined) return 'revoked';
  if (from !== undefined && now < Date.parse(from)) return 'not valid yet';
  if (until !== undefined && now >= Date.parse(until)) return 'expired';
  return undefined;
}
