import process from 'node:process';
import Table from 'cli-table3';
import { AppError } from '../../../shared/errors/index.ts';
import { invalidity, type KeyRecord } from '../../../shared/keys/key-record.ts';
import { isKey } from '../../../shared/keys/search-key.ts';
import { signToken, TOKEN_SECONDS } from '../../../shared/keys/search-token.ts';
import {
  createKey,
  endKey,
  type KeySettings,
  namedKey,
  PUBLISHABLE_MINUTE,
  settingsOf,
  withKey,
} from '../../keys/change-keys.ts';
import { readAnyKeysFile, readKeysFile, writeKeysFile } from '../../keys/keys-file.ts';

export interface KeysFileOptions {
  readonly file: string;
  readonly json?: boolean;
}

/** What narrows a key or a token, as options. */
interface NarrowOptions {
  readonly filter?: string;
  readonly fields?: string[];
  readonly origin?: string[];
}

export interface CreateOptions extends KeysFileOptions, NarrowOptions {
  readonly name?: string;
  readonly secret?: boolean;
  readonly requests?: number;
  readonly perAddress?: number;
  readonly cost?: number;
  /** Milliseconds that the key is valid. */
  readonly expires?: number;
  /** The id of a key whose settings it has, and which it replaces … */
  readonly replaces?: string;
  /** … after these milliseconds. */
  readonly overlap: number;
}

/** `gsmn keys create` */
export async function runKeysCreate(options: CreateOptions): Promise<void> {
  const keys = await readAnyKeysFile(options.file);
  const now = new Date();
  const replaced = options.replaces === undefined ? undefined : namedKey(keys, options.replaces);
  const { key, record } = await createKey(settings(options, replaced, now), now);
  const ended = replaced && endKey(replaced, now, new Date(now.getTime() + options.overlap));
  await writeKeysFile(options.file, [...(ended ? withKey(keys, ended) : keys), record]);
  process.stdout.write(options.json ? `${JSON.stringify({ key, ...record }, undefined, 2)}\n` : `${key}\n`);
  note([
    `key ${record.id} (${record.name}, ${record.kind}) was added to ${options.file}. It is shown this once: only its hash is stored.`,
    ...(record.perMinute === undefined ? [] : [`a minute: ${minute(record)}`]),
    ...(ended?.until === undefined ? [] : [`key ${ended.id} is valid until ${ended.until}`]),
    ...publishing(options.file),
  ]);
}

function settings(options: CreateOptions, replaced: KeyRecord | undefined, now: Date): KeySettings {
  const { name, secret, filter, fields, origin, requests, perAddress, cost, expires } = options;
  const own = replaced && settingsOf(replaced);
  if (own !== undefined && secret !== undefined) {
    throw new AppError('argument_invalid', '--secret: a key that replaces another one is of its kind');
  }
  const kind = own?.kind ?? (secret ? 'secret' : 'publishable');
  const called = name ?? own?.name;
  if (called === undefined) throw new AppError('argument_invalid', 'a key needs a --name, for people');
  const said = { ...own?.perMinute, ...defined({ requests, perAddress, cost }) };
  const perMinute = own === undefined && kind === 'publishable' ? { ...PUBLISHABLE_MINUTE, ...said } : said;
  return {
    ...own,
    kind,
    name: called,
    ...defined({ filter, fields, origins: origin }),
    ...(Object.keys(perMinute).length === 0 ? {} : { perMinute }),
    ...(expires === undefined ? {} : { until: new Date(now.getTime() + expires).toISOString() }),
  };
}

/** `gsmn keys list` */
export async function runKeysList({
  file,
  json,
  kv,
}: KeysFileOptions & { readonly kv?: boolean }): Promise<void> {
  const keys = await readKeysFile(file);
  if (kv) {
    const entries = keys.map((record) => ({ key: record.id, value: JSON.stringify(record) }));
    process.stdout.write(`${JSON.stringify(entries, undefined, 2)}\n`);
    return;
  }
  if (json) {
    process.stdout.write(`${JSON.stringify(keys, undefined, 2)}\n`);
    return;
  }
  const table = new Table({
    head: ['id', 'name', 'kind', 'state', 'origins', 'filter', 'fields', 'a minute'],
    style: { head: [], border: [] },
    wordWrap: true,
  });
  for (const record of keys) {
    const { id, name, kind, origins, filter, fields } = record;
    table.push([
      id,
      name,
      kind,
      stateOf(record, Date.now()),
      origins?.join(' ') ?? '',
      filter ?? '',
      fields?.join(', ') ?? '',
      minute(record),
    ]);
  }
  process.stdout.write(`${table.toString()}\n`);
}

/** `gsmn keys revoke` */
export async function runKeysRevoke(
  id: string,
  { file, after }: KeysFileOptions & { readonly after?: number },
): Promise<void> {
  const keys = await readKeysFile(file);
  const now = new Date();
  const at = after === undefined ? undefined : new Date(now.getTime() + after);
  const ended = endKey(namedKey(keys, id), now, at);
  await writeKeysFile(file, withKey(keys, ended));
  note([
    ended.revoked === undefined
      ? `key ${ended.id} (${ended.name}) is valid until ${ended.until}`
      : `key ${ended.id} (${ended.name}) is revoked, and with it every token that it signed`,
    ...publishing(file),
  ]);
}

/** `gsmn keys token`: signed with the secret key of `SEARCH_KEY`. */
export async function runKeysToken({
  filter,
  fields,
  origin,
  expires,
}: NarrowOptions & { readonly expires: number }): Promise<void> {
  const key = process.env.SEARCH_KEY ?? '';
  if (!isKey(key) || !key.startsWith('sk_')) {
    throw new AppError('config_invalid', 'SEARCH_KEY is not a secret key', {
      hint: 'set it to the key (sk_…) that signs the token; every user of a machine can see options',
    });
  }
  const seconds = Math.floor(expires / 1000);
  if (seconds < 1 || seconds > TOKEN_SECONDS) {
    throw new AppError('argument_invalid', '--expires: a token is valid for a second to a day');
  }
  const claims = defined({ filter, fields, origins: origin });
  process.stdout.write(`${await signToken(key, claims, seconds)}\n`);
}

function stateOf(record: KeyRecord, now: number): string {
  const { until, revoked, from } = record;
  const state = invalidity(record, now);
  if (state === undefined) return until === undefined ? 'valid' : `valid until ${until}`;
  return state === 'not valid yet' ? `valid from ${from}` : `${state} ${revoked ?? until}`;
}

function minute({ perMinute: { requests, perAddress, cost } = {} }: KeyRecord): string {
  return [
    ...(requests === undefined ? [] : [`${requests} requests`]),
    ...(perAddress === undefined ? [] : [`${perAddress} from an address`]),
    ...(cost === undefined ? [] : [`cost ${cost}`]),
  ].join(', ');
}

/** How a file of keys gets to the edge worker. */
function publishing(file: string): string[] {
  return [
    '',
    'to use it:',
    `  gsmn start --keys ${file}`,
    `  npx wrangler secret put SEARCH_KEYS -c infra/wrangler/wrangler.jsonc < ${file}`,
    'or, with a KV namespace bound as KEYS:',
    `  gsmn keys list --file ${file} --kv > kv.json`,
    '  npx wrangler kv bulk put kv.json --binding KEYS --remote -c infra/wrangler/wrangler.jsonc',
  ];
}

function note(lines: readonly string[]): void {
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** The members that have a value. */
function defined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
