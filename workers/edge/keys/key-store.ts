import { AppError } from '../../../shared/errors/index.ts';
import { type KeyRecord, keyRecordSchema, readKeys } from '../../../shared/keys/key-record.ts';

/** Where the records of keys are. */
export interface KeyStore {
  /** A record that is in memory. */
  kept(id: string): KeyRecord | undefined;
  /** @throws AppError `keys_unavailable`, `config_invalid`. */
  find(id: string): Promise<KeyRecord | undefined>;
}

/** The part of a Workers KV namespace that is used. */
export interface KeyNamespace {
  get(name: string, options: { readonly type: 'text'; readonly cacheTtl: number }): Promise<string | null>;
}

/** How long a record of a namespace is kept, here and in KV's cache: a change takes twice that, and KV's own minute. */
const KEPT_SECONDS = 60;
/** Records that are kept. */
const MOST_KEPT = 1000;

/** The keys of a variable. @throws AppError `config_invalid`. */
export function listedKeys(content: unknown, what: string): KeyStore {
  const keys = new Map(readKeys(content, what).map((record) => [record.id, record]));
  const kept = (id: string) => keys.get(id);
  return { kept, find: async (id) => kept(id) };
}

/** The keys of a KV namespace: a record under each id. */
export function namespaceKeys(namespace: KeyNamespace): KeyStore {
  const records = new Map<string, { readonly record: KeyRecord; readonly until: number }>();

  function kept(id: string): KeyRecord | undefined {
    const entry = records.get(id);
    return entry !== undefined && Date.now() < entry.until ? entry.record : undefined;
  }

  async function find(id: string): Promise<KeyRecord | undefined> {
    const known = kept(id);
    if (known !== undefined) return known;
    // Also what was removed meanwhile.
    records.delete(id);
    const text = await namespace.get(id, { type: 'text', cacheTtl: KEPT_SECONDS }).catch((cause: unknown) => {
      throw new AppError('keys_unavailable', 'the namespace of KEYS cannot be read', { cause });
    });
    // Ids that nobody has are not kept: anybody can make them up.
    if (text === null) return undefined;
    const record = readRecord(id, text);
    const [oldest] = records.keys();
    if (records.size >= MOST_KEPT && oldest !== undefined) records.delete(oldest);
    records.set(id, { record, until: Date.now() + KEPT_SECONDS * 1000 });
    return record;
  }

  return { kept, find };
}

function readRecord(id: string, text: string): KeyRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError('config_invalid', `KEYS: what is stored as ${id} is not JSON`, { cause });
  }
  const parsed = keyRecordSchema.safeParse(value);
  if (parsed.success && parsed.data.id === id) return parsed.data;
  const [issue] = parsed.error?.issues ?? [];
  throw new AppError(
    'config_invalid',
    `KEYS: what is stored as ${id} is not the record of that key: ${issue?.path.join('.') ?? 'id'}: ${issue?.message ?? 'another one'}`,
    { cause: parsed.error },
  );
}
