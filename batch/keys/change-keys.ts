import { AppError } from '../../shared/errors/index.ts';
import { type KeyRecord, keyRecordSchema } from '../../shared/keys/key-record.ts';
import { type KeyKind, makeKey } from '../../shared/keys/search-key.ts';

/** What a new key may do. */
export interface KeySettings
  extends Pick<KeyRecord, 'name' | 'from' | 'until' | 'origins' | 'filter' | 'fields' | 'perMinute'> {
  readonly kind: KeyKind;
}

/** A minute of a publishable key, which everybody can read, if nothing else is said. Chosen: a busy page stays below. */
export const PUBLISHABLE_MINUTE = { requests: 600, perAddress: 60, cost: 600 } as const;

/** A new key: its text, which is stored nowhere, and its record. @throws AppError `argument_invalid` for settings that do not go together. */
export async function createKey(
  settings: KeySettings,
  now: Date,
): Promise<{ readonly key: string; readonly record: KeyRecord }> {
  const { name, kind, ...rest } = settings;
  const { key, ...identity } = await makeKey(kind);
  const parsed = keyRecordSchema.safeParse({ ...identity, name, kind, created: now.toISOString(), ...rest });
  if (parsed.success) return { key, record: parsed.data };
  const [issue] = parsed.error.issues;
  throw new AppError('argument_invalid', `the key's ${issue?.path.join('.')}: ${issue?.message}`);
}

/** The record that an id, or the beginning of it, names. @throws AppError `not_found`, `argument_invalid` if it names several. */
export function namedKey(keys: readonly KeyRecord[], id: string): KeyRecord {
  const named = keys.filter((record) => record.id.startsWith(id));
  const [only] = named;
  if (only !== undefined && named.length === 1) return only;
  if (named.length > 1) {
    throw new AppError('argument_invalid', `${id} is the beginning of ${named.length} keys`);
  }
  throw new AppError('not_found', `there is no key ${id}`, { hint: '`gsmn keys list` lists them' });
}

/** What a key may do, for another one that replaces it. */
export function settingsOf({ name, kind, origins, filter, fields, perMinute }: KeyRecord): KeySettings {
  return { name, kind, origins, filter, fields, perMinute };
}

/** A key that is no longer valid: at once, or from a time on. */
export function endKey(record: KeyRecord, now: Date, at: Date | undefined): KeyRecord {
  if (at === undefined) return { ...record, revoked: now.toISOString() };
  const until = record.until === undefined ? at : new Date(Math.min(at.getTime(), Date.parse(record.until)));
  return { ...record, until: until.toISOString() };
}

/** The keys with a changed one. */
export function withKey(keys: readonly KeyRecord[], changed: KeyRecord): KeyRecord[] {
  return keys.map((record) => (record.id === changed.id ? changed : record));
}
