import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { indexFieldsSchema } from '../../shared/schema/index.ts';
import { keysOf, testKey } from '../../test/support/keys.ts';
import { readEnvironment } from '../../workers/edge/environment.ts';
import { searchKeys } from './search-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'gsmn-start-keys-'));
const keys = join(folder, 'keys.json');
afterAll(() => rmSync(folder, { recursive: true }));

const page = await testKey('publishable', { filter: 'tenant:acme' });
const server = await testKey('secret');
writeFileSync(keys, JSON.stringify(keysOf(page, server)));

describe('the keys of a start', () => {
  it('become variables that the edge worker reads', async () => {
    const started = await searchKeys({ keys, pageKey: page.key });
    const edge = readEnvironment({
      RERANK_URL: 'http://127.0.0.1:1',
      QDRANT_URL: 'http://127.0.0.1:2',
      IMAGES_URL: 'http://127.0.0.1:3',
      ...started?.variables,
    });
    expect(await edge.keys?.store.find(page.record.id)).toEqual(page.record);
    expect(edge.page.key).toBe(page.key);
    expect((await searchKeys({ keys }))?.variables.IMAGE_SECRET).not.toBe(edge.keys?.imageSecret);
    expect(await searchKeys({})).toBeUndefined();
  });

  it('must fit the index', async () => {
    const started = await searchKeys({ keys });
    const fields = (name: string) =>
      indexFieldsSchema.parse({
        format: 'gsmn-index-schema',
        version: 1,
        fields: { [name]: { type: 'keyword', public: false } },
      });
    started?.assertFit(fields('tenant'));
    for (const wrong of [undefined, fields('owner')]) {
      expect(() => started?.assertFit(wrong)).toThrow(
        expect.objectContaining({
          code: 'config_invalid',
          message: expect.stringMatching(/keys\.json: key \w+ \(test\): .*no field "tenant"/),
        }),
      );
    }
  });

  it('are refused where they are wrong', async () => {
    await expect(searchKeys({ keys: join(folder, 'none.json') })).rejects.toMatchObject({
      code: 'file_missing',
    });
    for (const options of [
      { pageKey: page.key },
      { keys, pageKey: server.key },
      { keys, pageKey: (await testKey('publishable')).key },
    ]) {
      await expect(searchKeys(options)).rejects.toMatchObject({ code: 'config_invalid' });
    }
  });
});
