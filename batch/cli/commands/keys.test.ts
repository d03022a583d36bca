import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { keyRecordSchema, readKeys } from '../../../shared/keys/key-record.ts';
import { identifyKey } from '../../../shared/keys/search-key.ts';
import { verifyToken } from '../../../shared/keys/search-token.ts';
import { runGsmn } from '../../../test/support/run-gsmn.ts';
import { createProgram } from '../program.ts';

const DAY = 86_400_000;

describe('gsmn keys', () => {
  let folder = '';
  let file = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gsmn-keys-'));
    file = join(folder, 'keys.json');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const keys = (...parameters: string[]) => runGsmn(['keys', ...parameters, '--file', file]);
  const stored = () => readKeys(readFileSync(file, 'utf8'), file);
  let server = '';

  it('makes keys, which are printed once and stored as hashes, for this user only', async () => {
    const page = await keys(
      'create',
      '--name=shop',
      '--origin=https://shop.example',
      '--filter=tenant:acme',
      '--fields=year,place',
      '--cost=100',
    );
    expect([page.code, page.stdout]).toEqual([0, expect.stringMatching(/^pk_[\w-]{43}\n$/)]);
    expect(page.stderr).toContain('wrangler secret put SEARCH_KEYS');
    const secret = await keys('create', '--name=our server', '--secret', '--json');
    const { key, ...record } = z.looseObject({ key: z.string() }).parse(JSON.parse(secret.stdout));
    server = key;
    expect(stored()).toMatchObject([
      {
        ...(await identifyKey(page.stdout.trim())),
        name: 'shop',
        kind: 'publishable',
        origins: ['https://shop.example'],
        filter: 'tenant:acme',
        fields: ['year', 'place'],
        perMinute: { requests: 600, perAddress: 60, cost: 100 },
      },
      record,
    ]);
    expect(keyRecordSchema.parse(record)).toMatchObject({ kind: 'secret', ...(await identifyKey(key)) });
    expect(readFileSync(file, 'utf8')).not.toContain(key.slice(3));
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('replaces a key with one of the same settings, and both are valid for a time', async () => {
    const [old] = stored();
    const made = await keys('create', '--replaces', old?.id.slice(0, 8) ?? '', '--overlap=3d', '--cost=200');
    expect(made.code).toBe(0);
    const [ended, , next] = stored();
    expect(next).toMatchObject({
      ...(await identifyKey(made.stdout.trim())),
      perMinute: { perAddress: 60, cost: 200 },
    });
    expect([next?.name, next?.filter, next?.origins, next?.fields, next?.until]).toEqual([
      old?.name,
      old?.filter,
      old?.origins,
      old?.fields,
      undefined,
    ]);
    const days = (Date.parse(ended?.until ?? '') - Date.now()) / DAY;
    expect(days).toBeGreaterThan(2.99);
    expect(days).toBeLessThan(3.01);
  });

  it('lists them, also for a KV namespace', async () => {
    const [ended, secret, next] = stored();
    const { stdout } = await keys('list');
    for (const text of [ended?.id, secret?.id, next?.id, 'valid until', 'tenant:acme', 'our server'])
      expect(stdout).toContain(text);
    const entries = z
      .array(z.object({ key: z.string(), value: z.string() }))
      .parse(JSON.parse((await keys('list', '--kv')).stdout));
    expect(entries.map(({ key, value }) => [key, keyRecordSchema.parse(JSON.parse(value))])).toEqual(
      stored().map((record) => [record.id, record]),
    );
    expect(JSON.parse((await keys('list', '--json')).stdout)).toEqual(stored());
  });

  it('makes tokens, with the key from a variable', async () => {
    vi.stubEnv('SEARCH_KEY', server);
    const token = await runGsmn(['keys', 'token', '--filter=tenant:beta', '--expires=5m']);
    const verified = await verifyToken(
      token.stdout.trim(),
      async (id) => stored().find((record) => record.id === id),
      Date.now(),
    );
    expect(verified).toMatchObject({ claims: { filter: { field: 'tenant' } } });
    const wrong = await runGsmn(['keys', 'token', '--filter=tenant:']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('character')]);
    const inProcess = (...parameters: string[]) =>
      createProgram().parseAsync(['node', 'gsmn', 'keys', 'token', ...parameters]);
    await expect(inProcess('--filter=a:b', '--expires=2d')).rejects.toMatchObject({
      code: 'argument_invalid',
    });
    vi.stubEnv('SEARCH_KEY', '');
    await expect(inProcess('--filter=a:b')).rejects.toMatchObject({
      message: 'SEARCH_KEY is not a secret key',
    });
    vi.unstubAllEnvs();
  });

  it('ends keys, at once or later', async () => {
    const [, secret, next] = stored();
    expect((await keys('revoke', secret?.id ?? '')).stderr).toContain('every token');
    expect((await keys('revoke', next?.id ?? '', '--after=12h')).code).toBe(0);
    const [, revoked, later] = stored();
    expect(revoked?.revoked).toBeDefined();
    expect([later?.revoked, Math.round((Date.parse(later?.until ?? '') - Date.now()) / 3_600_000)]).toEqual([
      undefined,
      12,
    ]);
  });

  it('says what is wrong with options and files, and changes nothing', async () => {
    const before = readFileSync(file, 'utf8');
    const refused = async (parameters: readonly string[], code: string, message: string) => {
      const run = createProgram().parseAsync(['node', 'gsmn', 'keys', ...parameters, '--file', file]);
      await expect(run, parameters.join(' ')).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message),
      });
    };
    for (const [parameters, code, message] of [
      [['create'], 'argument_invalid', '--name'],
      [['create', '--name=a', '--filter=tenant:'], 'argument_invalid', "the key's filter"],
      [['create', '--name=a', '--origin=shop.example'], 'argument_invalid', 'is no origin'],
      [['create', '--name=a', '--secret', '--origin=https://a.example'], 'argument_invalid', 'publishable'],
      [['create', '--name=a', '--expires=soon'], 'argument_invalid', '--expires'],
      [['create', '--name=a', '--requests=0'], 'argument_invalid', '--requests'],
      [['create', '--replaces=zz'], 'not_found', 'there is no key zz'],
      [['revoke', '0000'], 'not_found', 'there is no key 0000'],
      [['revoke', ''], 'argument_invalid', '3 keys'],
    ] as const)
      await refused(parameters, code, message);
    expect(readFileSync(file, 'utf8')).toBe(before);
    writeFileSync(file, before.replace('"version": 1', '"version": 3'));
    for (const command of [['list'], ['revoke', 'a'], ['create', '--name=a']])
      await refused(command, 'config_invalid', `${file}: version`);
    writeFileSync(file, before.slice(0, 100));
    await refused(['create', '--name=a'], 'format_invalid', 'is not JSON');
    rmSync(file);
    await refused(['list'], 'file_missing', file);
  });
});
