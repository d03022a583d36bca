import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { silentReport } from '../../batch/report.ts';
import { startLoadedReranker } from '../../batch/serve/reranker.ts';
import { signToken } from '../../shared/keys/search-token.ts';
import { imageCaptionsSchema, imagePageSchema, searchResponseSchema } from '../../shared/schema/index.ts';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { listedKeys } from '../../workers/edge/keys/key-store.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { edgeOver } from '../support/edge-over.ts';
import { keysOf, testKey } from '../support/keys.ts';
import { keptLog } from '../support/rerank-service.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

const IMAGES = 36;
const TENANTS = ['acme', 'beta', 'gamma'] as const;
type Tenant = (typeof TENANTS)[number];
const tenantOf = (id: number): Tenant => TENANTS[id % TENANTS.length] ?? 'acme';

const SCHEMA = {
  format: 'gsmn-index-schema',
  version: 1,
  fields: {
    // Only keys filter by it; answers never show it.
    tenant: { type: 'keyword', public: false },
    year: { type: 'integer' },
    colour: { type: 'keyword' },
  },
};

/** Each tenant has a colour of its own, so that a facet that counts others' images names them. */
const metadataOf = (id: number) => ({
  tenant: tenantOf(id),
  year: 2000 + (id % 10),
  colour: `of-${tenantOf(id)}`,
  // Every image looks like images of other tenants, and says so by the first one's name.
  alike: `group-${id % 4}`,
});

/** What a caller may see. */
interface Caller {
  readonly name: string;
  readonly credential: string;
  readonly sees: (id: number) => boolean;
}

const place = z.object({ id: z.number() });

describe('a search of many tenants', () => {
  let project: SmallProject;
  let database: RunningQdrantLocal;
  let app: ReturnType<typeof edgeOver>;
  let closeReranker: () => Promise<void>;
  let callers: readonly Caller[];
  let operator = '';

  beforeAll(async () => {
    project = await smallProject({ test: IMAGES });
    const lines = Array.from({ length: IMAGES }, (_, id) => `${JSON.stringify(metadataOf(id))}\n`);
    writeFileSync(join(project.data, 'test_metadata.jsonl'), lines.join(''));
    writeFileSync(join(project.data, 'index.schema.json'), JSON.stringify(SCHEMA));
    // Captions are searched as well, and every image has some that fit.
    writeFileSync(
      join(project.data, 'test_caps.txt'),
      'a dog sleeps, a cat runs on grass\n'.repeat(5 * IMAGES),
    );
    const index = new IndexFolder(project.index);
    database = await startQdrantLocal({ path: ':memory:', port: 0 });
    const store = createQdrantStore({ url: database.url });
    await buildIndex(
      {
        index: index.path,
        data: project.data,
        checkpoint: project.model,
        split: 'test',
        imagesUrl: '/images/',
        searchCaptions: true,
        backend: 'wasm',
        store,
      },
      silentReport,
    );
    const reranker = await startLoadedReranker({
      indexFolder: index.path,
      backend: 'wasm',
      port: 0,
      log: keptLog().log,
    });
    closeReranker = () => reranker.close();
    const server = await testKey('secret');
    const acme = await testKey('publishable', { filter: 'tenant:acme' });
    const young = await testKey('secret', { filter: 'year>=2005' });
    callers = [
      { name: 'key of acme', credential: acme.key, sees: (id) => tenantOf(id) === 'acme' },
      {
        name: 'token of beta',
        credential: await signToken(server.key, { filter: 'tenant:beta' }, 3600),
        sees: (id) => tenantOf(id) === 'beta',
      },
      {
        name: 'token of gamma with a narrow key',
        credential: await signToken(young.key, { filter: { field: 'tenant', eq: 'gamma' } }, 3600),
        sees: (id) => tenantOf(id) === 'gamma' && id % 10 >= 5,
      },
      {
        name: 'token of nobody',
        credential: await signToken(server.key, { filter: 'tenant:nobody' }, 3600),
        sees: () => false,
      },
    ];
    operator = server.key;
    app = edgeOver({
      rerank: reranker.url,
      qdrant: database.url,
      cacheSeconds: 60,
      cache: { bytes: 2 ** 24, freshMs: 60_000, staleMs: 60_000 },
      keys: {
        store: listedKeys(keysOf(server, acme, young), 'SEARCH_KEYS'),
        imageSecret: '0123456789abcdef0123456789abcdef',
      },
    });
  });
  afterAll(async () => {
    await closeReranker();
    await database.close();
    project.remove();
  });

  const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
  const request = async (
    credential: string,
    path: string,
    {
      headers = {},
      ...init
    }: Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> } = {},
  ): Promise<Response> =>
    app.request(
      path,
      { ...init, headers: { ...headers, authorization: `Bearer ${credential}` } },
      {},
      context,
    );
  const own = ({ sees }: Caller) => Array.from({ length: IMAGES }, (_, id) => id).filter(sees);

  /** Nothing that names an image or a tenant may be of another one. */
  async function assertOwn(caller: Caller, response: Response): Promise<string> {
    const text = await response.text();
    // Its own filter is said again.
    const shown = text.replace(/"filter":"[^"]*"/, '');
    const where = `${caller.name}: ${text.slice(0, 300)}`;
    expect(response.headers.get('cache-control') ?? '', where).not.toContain('public');
    expect(response.headers.get('vary'), where).toContain('Authorization');
    const named = [
      ...Array.from(text.matchAll(/(\d+)\.jpg/g), ([, id]) => Number(id)),
      // Each image has five captions.
      ...Array.from(text.matchAll(/caption (\d+)/g), ([, caption]) => Math.floor(Number(caption) / 5)),
    ];
    expect(
      named.filter((id) => !caller.sees(id)),
      where,
    ).toEqual([]);
    for (const [, path = ''] of text.matchAll(/"url":"([^"]*)"/g))
      expect(path).toMatch(/^\/images\/~\w+\.[\w-]{43}\//);
    for (const tenant of TENANTS)
      if (!own(caller).some((id) => tenantOf(id) === tenant))
        expect(shown, where).not.toContain(`of-${tenant}`);
    expect(text, where).not.toMatch(/"tenant"|group-/);
    return text;
  }

  const anySearch = fc.record({
    q: fc.constantFrom('a dog on grass', 'a cat sleeps', 'dog'),
    limit: fc.integer({ min: 1, max: 30 }),
    offset: fc.integer({ min: 0, max: 12 }),
    exhaustive: fc.boolean(),
    collapse: fc.boolean(),
    filter: fc.constantFrom(
      undefined,
      'year>=2000',
      'colour:of-acme',
      'NOT colour:of-acme',
      'colour:of-acme OR year>=2003',
      'NOT (NOT colour:of-beta)',
      'NOT colour:* OR colour:*',
    ),
    facets: fc.constantFrom(undefined, 'colour', 'colour,year'),
  });
  const anyCaller = () => fc.integer({ min: 0, max: callers.length - 1 }).map((at) => callers[at] as Caller);

  it('shows nobody anything of another, whoever asks at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(anyCaller(), anySearch, fc.boolean()), { minLength: 2, maxLength: 6 }),
        async (searches) => {
          await Promise.all(
            searches.map(async ([caller, search, byPost]) => {
              const { facets, ...rest } = search;
              const response = byPost
                ? await request(caller.credential, '/v1/search', {
                    method: 'POST',
                    headers: { 'content-type': 'application/json' },
                    body: JSON.stringify({ ...rest, ...(facets && { facets: facets.split(',') }) }),
                  })
                : await request(
                    caller.credential,
                    `/v1/search?${new URLSearchParams(
                      Object.entries(search).flatMap(([name, value]) =>
                        value === undefined ? [] : [[name, String(value)]],
                      ),
                    ).toString()}`,
                  );
              expect(response.status).toBe(200);
              const answer = searchResponseSchema.parse(JSON.parse(await assertOwn(caller, response)));
              const ids = answer.hits.flatMap(({ id, alike }) => [
                id,
                ...(alike?.hits.map((hit) => hit.id) ?? []),
              ]);
              expect(ids.every(caller.sees)).toBe(true);
              const most = own(caller).length;
              expect(answer.filtered?.images ?? 0).toBeLessThanOrEqual(most);
              for (const { alike } of answer.hits) expect(alike?.count ?? 0).toBeLessThan(most);
              for (const { count } of Object.values(answer.facets ?? {}).flat())
                expect(count).toBeLessThanOrEqual(most);
            }),
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it('shows everybody all of their own', async () => {
    for (const caller of callers) {
      const parameters = 'q=a+dog&limit=100&collapse=false&facets=colour&filter=year>=2000';
      const response = await request(caller.credential, `/v1/search?${parameters}`);
      const answer = searchResponseSchema.parse(await response.json());
      expect(answer.hits.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(own(caller));
      expect(answer.filtered?.images).toBe(own(caller).length);
    }
    const all = searchResponseSchema.parse(
      await (await request(operator, '/v1/search?q=a+dog&limit=100&collapse=false')).json(),
    );
    expect(all.hits).toHaveLength(IMAGES);
  });

  it('lists nobody the images of another, page by page, in every order', async () => {
    const orders = ['', 'sort=year', 'sort=-year', 'filter=NOT+colour:of-acme'];
    for (const caller of callers) {
      const expected = own(caller);
      for (const order of orders) {
        const found: number[] = [];
        let after: string | undefined;
        do {
          const response = await request(
            caller.credential,
            `/v1/images?limit=2&${order}${after ? `&after=${after}` : ''}`,
          );
          expect(response.status).toBe(200);
          const page = imagePageSchema.parse(JSON.parse(await assertOwn(caller, response)));
          found.push(...page.images.map(({ id }) => id));
          after = page.next;
          const asked = order.startsWith('filter')
            ? expected.filter((id) => tenantOf(id) !== 'acme')
            : expected;
          expect(page.total).toBe(asked.length);
          if (after === undefined) expect(found.toSorted((a, b) => a - b)).toEqual(asked);
        } while (after !== undefined);
      }
    }
  });

  it('compares images with those of the same caller only, and says the same of others as of none', async () => {
    for (const caller of callers) {
      const said = new Set<string>();
      for (let like = 0; like < IMAGES + 3; like++) {
        const response = await request(caller.credential, `/v1/images?like=${like}&limit=100`);
        const text = await assertOwn(caller, response);
        if (like < IMAGES && caller.sees(like)) {
          const page = imagePageSchema.parse(JSON.parse(text));
          expect(page.images.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(
            own(caller).filter((id) => id !== like),
          );
          expect(page.total).toBe(own(caller).length - 1);
        } else {
          expect(response.status).toBe(404);
          const { requestId: _, ...problem } = JSON.parse(text) as Record<string, unknown>;
          said.add(JSON.stringify(problem).replace(`image ${like}.`, 'image.'));
        }
      }
      expect(said.size).toBe(1);
    }
  });

  it('begins a page for nobody where somebody else ended one, in the images of somebody else', async () => {
    const first = await (await request(operator, '/v1/images?limit=7&sort=year')).json();
    const after = z.object({ next: z.string() }).parse(first).next;
    const searched = await (await request(operator, '/v1/search?q=a+dog&limit=2')).json();
    const next = z.object({ next: z.string() }).parse(searched).next;
    for (const caller of callers) {
      await assertOwn(caller, await request(caller.credential, `/v1/search?q=a+dog&limit=50&after=${next}`));
      const response = await request(caller.credential, `/v1/images?limit=100&sort=year&after=${after}`);
      if (response.status !== 200) continue;
      const page = z.object({ images: z.array(place) }).parse(JSON.parse(await assertOwn(caller, response)));
      expect(page.images.every(({ id }) => caller.sees(id))).toBe(true);
    }
  });

  it('gives no answer of one to another by its tag', async () => {
    const path = '/v1/search?q=a+dog&limit=5';
    const tags = new Map<string, string>();
    for (const caller of callers) {
      const response = await request(caller.credential, path);
      tags.set(caller.name, response.headers.get('etag') ?? '');
      await assertOwn(caller, response);
    }
    expect(new Set(tags.values()).size).toBe(callers.length);
    for (const caller of callers) {
      for (const [name, tag] of tags) {
        const response = await request(caller.credential, path, { headers: { 'if-none-match': tag } });
        expect([name, response.status]).toEqual([name, name === caller.name ? 304 : 200]);
      }
    }
  });

  it('gives no answer that is kept to another, and neither one that is under way', async () => {
    const path = '/v1/search?q=a+cat+on+grass&limit=7&facets=colour';
    const texts = new Map<string, string>();
    for (const expected of ['fwd=miss', 'hit']) {
      await Promise.all(
        callers.map(async (caller) => {
          const response = await request(caller.credential, path);
          expect(response.headers.get('cache-status')).toContain(expected);
          const text = await assertOwn(caller, response);
          expect(text).toBe(texts.get(caller.name) ?? text);
          texts.set(caller.name, text);
        }),
      );
    }
  });

  it("tells nobody of another in recall's order, while the ranked one is made", async () => {
    const path = '/v1/search?q=a+dog+sleeps&limit=9&facets=colour';
    await Promise.all(
      callers.map(async (caller) => {
        const headers = { accept: 'text/event-stream' };
        const response = await request(caller.credential, path, { headers });
        expect(response.headers.get('content-type')).toContain('text/event-stream');
        const text = await assertOwn(caller, response);
        if (own(caller).length > 0) expect(text).toContain('event: recall');
        expect(text).toContain('event: ranked');
      }),
    );
  });

  it('compares no captions of another, and has no captions for an image of another', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyCaller(),
        fc.nat({ max: IMAGES }),
        fc.integer({ min: 1, max: 100 }),
        fc.constantFrom('', '&filter=year>=2003', `&filter=${encodeURIComponent('NOT colour:of-acme')}`),
        async (caller, id, limit, filter) => {
          const path = (image: number) => `/v1/images/${image}/captions?limit=${limit}${filter}`;
          const response = await request(caller.credential, path(id));
          const text = await response.text();
          if (id >= IMAGES || !caller.sees(id)) {
            const none = await (await request(caller.credential, path(IMAGES + 1))).text();
            const anonymous = (body: string) => body.replace(/image \d+|"requestId":"[^"]*"/g, '');
            expect([response.status, anonymous(text)]).toEqual([404, anonymous(none)]);
            return;
          }
          expect(response.status).toBe(200);
          const { captions, compared, filtered } = imageCaptionsSchema.parse(JSON.parse(text));
          expect(captions.every(({ image, id: caption }) => caller.sees(image) && caption / 5 >= image)).toBe(
            true,
          );
          expect(compared).toBeLessThanOrEqual(5 * own(caller).length);
          expect(filtered?.images ?? 0).toBeLessThanOrEqual(own(caller).length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('compares all captions of their own', async () => {
    for (const caller of callers) {
      const [id] = own(caller);
      if (id === undefined) continue;
      const response = await request(caller.credential, `/v1/images/${id}/captions?limit=100`);
      const { captions } = imageCaptionsSchema.parse(await response.json());
      const expected = own(caller).flatMap((image) => Array.from({ length: 5 }, (_, at) => 5 * image + at));
      expect(captions.map((caption) => caption.id).toSorted((a, b) => a - b)).toEqual(expected);
    }
    expect((await request(operator, '/v1/images/0/captions')).status).toBe(200);
  });

  it('denies only images that the caller may see', async () => {
    const all = Array.from({ length: IMAGES }, (_, id) => id);
    for (const caller of callers) {
      for (const id of all.slice(0, 12)) {
        const response = await request(caller.credential, `/v1/search?q=a+dog&not=id:${id}`);
        expect([caller.name, id, response.status]).toEqual([caller.name, id, caller.sees(id) ? 200 : 400]);
        if (response.status === 200) await assertOwn(caller, response);
      }
    }
  });

  it('covers every route that answers with images: a new one needs a test here', async () => {
    const document = z
      .object({ paths: z.record(z.string(), z.unknown()) })
      .parse(await (await app.request('/openapi.json')).json());
    // Parses are of sentences, and have no images. The images of this index cannot be searched with an image: image-search.test.ts has keys.
    expect(Object.keys(document.paths)).toEqual([
      '/v1/search',
      '/v1/parse',
      '/v1/images',
      '/v1/images/search',
      '/v1/images/{id}/captions',
    ]);
  });
});
