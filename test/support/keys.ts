import { type KeyRecord, keyRecordSchema } from '../../shared/keys/key-record.ts';
import { type KeyKind, makeKey } from '../../shared/keys/search-key.ts';

/** A key with its record. */
export async function testKey(
  kind: KeyKind,
  settings: Partial<Omit<KeyRecord, 'kind'>> = {},
): Promise<{ readonly key: string; readonly record: KeyRecord }> {
  const { key, ...identity } = await makeKey(kind);
  const created = '2026-01-01T00:00:00.000Z';
  return { key, record: keyRecordSchema.parse({ ...identity, name: 'test', kind, created, ...settings }) };
}

/** The content of a variable or a file with these keys. */
export function keysOf(...keys: readonly { readonly record: KeyRecord }[]): object {
  return { format: 'gsmn-search-keys', version: 1, keys: keys.map(({ record }) => record) };
}
