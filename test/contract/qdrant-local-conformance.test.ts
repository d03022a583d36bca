import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { type ServerType, serve } from '@hono/node-server';
import type { QdrantClient } from '@qdrant/js-client-rest';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { createQdrantLocal, type QdrantLocal } from '../../workers/qdrant-local/index.ts';
import { clientOf, temporaryFolder } from './qdrant-server.ts';

const DOCUMENT = resolve(import.meta.dirname, '../../../shared/qdrant/openapi-1.19.json');

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly request: string;
  readonly status: number;
  readonly response: string;
}
type Json = Record<string, unknown>;
interface Operation {
  readonly requestBody?: { readonly content: Json };
  readonly responses: Readonly<Record<string, { readonly content?: Json }>>;
}

/** OpenAPI 3.0 says `nullable` where JSON Schema says `null`; alone it stands for null. */
function asJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(asJsonSchema);
  if (typeof node !== 'object' || node === null) return node;
  const {
    nullable,
    discriminator: _,
    ...rest
  } = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, asJsonSchema(value)]));
  if (nullable !== true) return rest;
  return Object.keys(rest).length === 0 ? { type: 'null' } : { anyOf: [rest, { type: 'null' }] };
}

describe.skipIf(!existsSync(DOCUMENT))('conformance to the API document (skipped without it)', () => {
  const folder = temporaryFolder();
  const exchanges: Exchange[] = [];
  let local: QdrantLocal;
  let server: ServerType;
  let client: QdrantClient;
  let url = '';
  let paths: Record<string, Record<string, Operation>>;
  let ajv: Ajv;

  beforeAll(async () => {
    const document = asJsonSchema(JSON.parse(readFileSync(DOCUMENT, 'utf8'))) as Json;
    paths = document.paths as typeof paths;
    // The document is not a schema itself, and its formats (uint64, float) are not those of JSON Schema.
    ajv = new Ajv({ strict: false, validateFormats: false, validateSchema: false });
    ajv.addSchema(document, 'openapi');

    local = await createQdrantLocal({ path: join(folder.path, 'store.sqlite') });
    const recorded = async (request: Request) => {
      const copy = request.clone();
      const response = await local.app.fetch(request);
      exchanges.push({
        method: copy.method.toLowerCase(),
        path: new URL(copy.url).pathname,
        request: await copy.text(),
        status: response.status,
        response: await response.clone().text(),
      });
      return response;
    };
    const address = await new Promise<AddressInfo>((done) => {
      server = serve({ fetch: recorded, port: 0, hostname: '127.0.0.1' }, done);
    });
    url = `http://127.0.0.1:${address.port}`;
    client = clientOf(url);
  });
  afterAll(async () => {
    await new Promise((done) => server.close(done));
    local.close();
    folder.remove();
  });

  function operationOf({ method, path }: Exchange): { template: string; operation: Operation } {
    const parts = path.split('/');
    const fits = Object.keys(paths).filter((template) => {
      const wanted = template.split('/');
      return (
        wanted.length === parts.length &&
        wanted.every((part, at) => part.startsWith('{') || part === parts[at])
      );
    });
    // A literal part matches better than a parameter.
    const [template = ''] = fits.sort((a, b) => a.split('{').length - b.split('{').length);
    const operation = paths[template]?.[method];
    if (operation === undefined) throw new Error(`${method} ${path} is not in the document`);
    return { template, operation };
  }

  function problems(template: string, method: string, pointer: string, text: string): string[] {
    const escaped = template
      .replaceAll('~', '~0')
      .replaceAll('/', '~1')
      .replaceAll('{', '%7B')
      .replaceAll('}', '%7D');
    const validate = ajv.compile({
      $ref: `openapi#/paths/${escaped}/${method}/${pointer}/content/application~1json/schema`,
    });
    if (validate(JSON.parse(text))) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message }) => `${method} ${template} ${pointer} ${instancePath}: ${message}`,
    );
  }

  /** Everything that the client and our own store send, and every kind of response. */
  async function converse(): Promise<void> {
    const store = createQdrantStore({ url });
    await store.ensureCollection('images', 4);
    await store.upsert('images', [
      { id: 0, vector: [1, 0, 0, 0], payload: { name: 'a.jpg', width: 1, height: 1, captions: ['x'] } },
      { id: 1, vector: [0, 1, 0, 0], payload: { name: 'b.jpg', width: 1, height: 1, captions: [] } },
    ]);
    await client.updateCollectionAliases({
      actions: [{ create_alias: { alias_name: 'current', collection_name: 'images' } }],
    });
    expect(await store.recall('current', [1, 0, 0, 0], 2)).toHaveLength(2);
    expect(await store.listIds('current', { limit: 1 })).toEqual({ ids: [0], next: 1 });
    expect(await store.listIds('current', { limit: 1, from: 1 })).toEqual({ ids: [1], next: null });
    await store.count('current', { filter: { must: [{ key: 'name', match: { any: ['a.jpg'] } }] } });
    await store.retrieve('current', [0], { withVector: true });
    await store.collectionInfo('missing');
    await store.deletePoints('images', [1]);

    const name = 'named';
    await client.createCollection(name, {
      vectors: { image: { size: 2, distance: 'Cosine' }, text: { size: 3, distance: 'Euclid' } },
      sparse_vectors: { words: { modifier: 'idf' } },
      on_disk_payload: true,
      hnsw_config: { m: 8 },
      metadata: { made: 'here' },
    });
    const uuid = '550e8400-e29b-41d4-a716-446655440000';
    await client.upsert(name, {
      wait: true,
      points: [
        {
          id: 3,
          vector: { image: [1, 2], text: [1, 2, 3], words: { indices: [7, 2], values: [1, 0.5] } },
          payload: { at: '2026-01-01T00:00:00Z', n: [1, 2] },
        },
        { id: uuid, vector: { image: [2, 1] }, payload: { n: 3 } },
      ],
    });
    await client.createPayloadIndex(name, { field_name: 'n', field_schema: 'integer', wait: true });
    await client.setPayload(name, { payload: { x: null }, points: [3] });
    await client.overwritePayload(name, { payload: { y: 1 }, filter: { must: [{ has_id: [uuid] }] } });
    await client.deletePayload(name, { keys: ['x'], points: [3] });
    await client.clearPayload(name, { points: [uuid] });
    await client.query(name, {
      prefetch: [
        { query: [1, 2], using: 'image', limit: 5 },
        { query: [1, 2, 3], using: 'text' },
      ],
      query: { fusion: 'rrf' },
      with_payload: { exclude: ['n'] },
      with_vector: true,
    });
    await client.query(name, {
      query: { indices: [7], values: [1] },
      using: 'words',
      with_vector: ['words'],
    });
    await client.queryBatch(name, {
      searches: [
        { query: uuid, using: 'image' },
        { query: { rrf: { k: 3 } }, prefetch: { query: [1, 2], using: 'image' } },
      ],
    });
    await client.scroll(name, { limit: 1, with_vector: ['text'] });
    await client.getCollection(name);
    await client.deletePayloadIndex(name, 'n');
    await client.getCollections();
    await client.collectionExists(name);
    await client.getAliases();
    await client.getCollectionAliases('images');
    await client.versionInfo();
    await client.api().getPoint({ collection_name: name, id: 3 });
    await client.delete(name, { filter: { must: [{ has_vector: 'text' }] } });
    await client.deleteCollection(name);

    // Responses that are errors, with status 400, 404, 409.
    await expect(client.query('images', { query: [1] })).rejects.toMatchObject({ status: 400 });
    await expect(client.count('missing')).rejects.toMatchObject({ status: 404 });
    await expect(
      client.createCollection('images', { vectors: { size: 1, distance: 'Dot' } }),
    ).rejects.toMatchObject({ status: 409 });
  }

  it('holds for every request and every response', async () => {
    await converse();
    const wrong: string[] = [];
    const seen = new Set<string>();
    for (const exchange of exchanges) {
      const { method, status } = exchange;
      const { template, operation } = operationOf(exchange);
      seen.add(`${method} ${template} ${status}`);
      if (operation.requestBody !== undefined && exchange.request !== '') {
        wrong.push(...problems(template, method, 'requestBody', exchange.request));
      }
      const documented = status === 200 ? '200' : '4XX';
      if (operation.responses[documented]?.content?.['application/json'] !== undefined) {
        wrong.push(...problems(template, method, `responses/${documented}`, exchange.response));
      }
    }
    expect(wrong).toEqual([]);
    expect(seen.size).toBeGreaterThanOrEqual(27);
  });

  it('detects a response that does not conform', () => {
    const path = '/collections/{collection_name}/points/query';
    const answer = { result: { points: [{ id: 1, version: 0 }] }, status: 'ok', time: 0 };
    expect(problems(path, 'post', 'responses/200', JSON.stringify(answer)).join()).toContain('score');
    expect(problems(path, 'post', 'requestBody', '{"limit": "many"}')).not.toEqual([]);
  });
});
