import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { verifyPoints } from '../../batch/index/points.ts';
import { silentReport } from '../../batch/report.ts';
import { evaluateIndex } from '../../batch/search/evaluation/evaluate-index.ts';
import { type IndexAnswer, type IndexSearchRequest, searchIndex } from '../../batch/search/search-index.ts';
import { startLoadedReranker } from '../../batch/serve/reranker.ts';
import { openCaptionTerms } from '../../shared/generation/caption-terms.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import { termIndex } from '../../shared/retrieval/caption-words/caption-terms.ts';
import { type GenerationManifest, type SearchHit, searchResponseSchema } from '../../shared/schema/index.ts';
import { createQdrantStore, type QdrantStore } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { edgeOver } from '../support/edge-over.ts';
import { keptLog } from '../support/rerank-service.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

const IMAGES = 24;
const signal = new AbortController().signal;

/** What every image shows, and what only its captions know: a town of four images, and a name of its own. */
const captionsOf = (image: number): string[] => [
  `a dog sleeps on grass in ${['Rome', 'Oslo', 'Lima', 'Kyoto', 'Accra', 'Quito'][image % 6]}`,
  `Number${image} runs`,
  ...(image % 2 === 0 ? ['two cats', 'the cats again', 'a cat'] : ['a dog', 'a dog', 'a dog']),
];

describe('an index whose captions are searched', () => {
  let project: SmallProject;
  let database: RunningQdrantLocal;
  let store: QdrantStore;
  let plain: IndexFolder;
  let told: IndexFolder;
  let manifest: GenerationManifest;
  const options = { backend: 'wasm', memoryBytes: 2 ** 26, signal };

  const build = async (name: string, searchCaptions: boolean): Promise<IndexFolder> => {
    const path = join(project.data, '..', name);
    const { data, model } = project;
    await buildIndex(
      { index: path, data, checkpoint: model, split: 'test', backend: 'wasm', store, searchCaptions },
      silentReport,
    );
    return new IndexFolder(path);
  };
  const ask = (
    index: IndexFolder,
    query: string,
    asked: Partial<IndexSearchRequest & { readonly store: QdrantStore }> = {},
  ): Promise<IndexAnswer> =>
    searchIndex({
      ...options,
      index,
      query,
      limit: 5,
      exhaustive: false,
      understand: true,
      collapse: false,
      fuse: true,
      ...asked,
    });

  beforeAll(async () => {
    project = await smallProject({ test: IMAGES });
    const lines = Array.from({ length: IMAGES }, (_, image) => captionsOf(image)).flat();
    writeFileSync(join(project.data, 'test_caps.txt'), `${lines.join('\n')}\n`);
    database = await startQdrantLocal({ path: ':memory:', port: 0 });
    store = createQdrantStore({ url: database.url });
    plain = await build('plain', false);
    told = await build('told', true);
    manifest = await told.manifest((await told.requireActive()).generation);
  });
  afterAll(async () => {
    await database.close();
    project.remove();
  });

  it('has the terms of every image, weighted by BM25', async () => {
    const terms = await openCaptionTerms(folderFiles(told.generation(manifest.id)), manifest);
    const { offsets, indices, weights } = (await terms?.read(4, 5)) ?? {};
    // dog, sleep, grass, accra, number4, run, two, cat, again
    expect([...(offsets ?? [])]).toEqual([0, 9]);
    const weightOf = (term: string) => weights?.[indices?.indexOf(termIndex(term)) ?? -1] ?? Number.NaN;
    const lengths = Array.from({ length: IMAGES }, (_, image) => (image % 2 === 0 ? 11 : 9));
    const average = lengths.reduce((sum, length) => sum + length, 0) / IMAGES;
    const expected = (having: number, count: number) =>
      (Math.log(1 + (IMAGES - having + 0.5) / (having + 0.5)) * count * 2.2) /
      (count + 1.2 * (0.25 + (0.75 * 11) / average));
    expect(weightOf('accra')).toBeCloseTo(expected(4, 1), 5);
    expect(weightOf('cat')).toBeCloseTo(expected(12, 3), 5);
    expect(weightOf('run')).toBeCloseTo(expected(24, 1), 5);
    await terms?.close();
  });

  it('is another generation than one whose captions are not searched, which stays as it was', async () => {
    const other = await plain.manifest((await plain.requireActive()).generation);
    expect(other.id).not.toBe(manifest.id);
    expect(other.ranking).toEqual(project.prepared.ranking);
    expect(other.files.some(({ path }) => path.includes('terms'))).toBe(false);
    expect(manifest.ranking).toEqual({ ...other.ranking, captionWeight: expect.any(Number) });
  });

  it('finds what only captions know, and says so', async () => {
    const { hits } = await ask(told, 'Number17', { limit: 1 });
    expect(hits[0]).toMatchObject({ id: 17, channels: expect.arrayContaining(['captions']) });
    expect(hits[0]?.captions).toBeGreaterThan(1);
    const alone = await ask(told, 'dogs of Oslo', { channels: ['captions'], limit: 24 });
    expect(alone.hits.every(({ channels }) => channels?.includes('captions'))).toBe(true);
    const oslo = alone.hits.filter(({ id }) => id % 6 === 1);
    expect(oslo.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual([1, 7, 13, 19]);
    expect((await ask(told, 'zebra', { channels: ['captions'] })).hits).toEqual([]);
  });

  it('answers as one whose captions are not searched if pixels are asked for', async () => {
    for (const exhaustive of [false, true]) {
      for (const query of ['a dog on grass', 'cats of Rome', 'Number3']) {
        const { generation: _other, ...expected } = await ask(plain, query, { exhaustive });
        const { generation, ...own } = await ask(told, query, { exhaustive, channels: ['pixels'] });
        expect(own).toEqual(expected);
        expect(generation).toBe(manifest.id);
      }
    }
  });

  it('answers the same from the database as in this process', async () => {
    for (const channels of [undefined, ['captions' as const]]) {
      for (const query of ['cats in Rome', 'Number5', 'a dog without grass in Lima']) {
        const here = await ask(told, query, { channels });
        const there = await ask(told, query, { channels, store });
        expect(there.hits.map(({ id, channels: through }) => [id, through])).toEqual(
          here.hits.map(({ id, channels: through }) => [id, through]),
        );
        for (const [at, { captions }] of there.hits.entries())
          expect(captions).toBeCloseTo(here.hits[at]?.captions ?? Number.NaN, 6);
      }
    }
  });

  it('counts captions in an exhaustive search as in one of a shortlist that holds every image', async () => {
    const exhaustive = await ask(told, 'cats in Rome', { exhaustive: true, limit: IMAGES });
    const shortlist = await ask(told, 'cats in Rome', { limit: IMAGES });
    expect(exhaustive.hits.map(({ id }) => id)).toEqual(shortlist.hits.map(({ id }) => id));
    for (const [at, { score, captions, channels }] of exhaustive.hits.entries()) {
      expect(score).toBeCloseTo(shortlist.hits[at]?.score ?? Number.NaN, 5);
      expect(captions).toBe(shortlist.hits[at]?.captions);
      expect(channels).toBeUndefined();
    }
  });

  it('is measured by pixels alone, unless captions are named', async () => {
    const path = join(project.data, '..', 'queries.jsonl');
    const lines = [3, 8, 17].map((image) => ({ query: `Number${image}`, relevant: [image], kind: 'name' }));
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const measure = async (index: IndexFolder, channels?: ['pixels', 'captions']) =>
      evaluateIndex({ ...options, index, queries: path, understand: true, channels }, silentReport);
    const { figures } = await measure(plain);
    expect((await measure(told)).figures).toEqual(figures);
    const both = await measure(told, ['pixels', 'captions']);
    expect(both.figures[0]?.stages?.fused.hit1.mean).toBe(1);
  });

  it('has its words compared and repaired in the database', async () => {
    const { images } = manifest.collections;
    const folder = told.generation(manifest.id);
    await verifyPoints(store, folder, manifest);
    const [point] = await store.retrieve(images, [9], { withVector: true });
    if (point?.vector === undefined || point.captions === undefined)
      throw new Error('there is no such point');
    const [first = 0, ...others] = point.captions.values;
    const damaged = { ...point, vector: point.vector, payload: point.payload as Record<string, unknown> };
    const changes = [
      { ...damaged, captions: { ...point.captions, values: [first + 0.01, ...others] } },
      { id: 9, vector: point.vector, payload: damaged.payload },
    ];
    for (const changed of changes) {
      await store.upsert(images, [changed]);
      await expect(verifyPoints(store, folder, manifest)).rejects.toMatchObject({
        code: 'checksum_mismatch',
      });
      await build('told', true);
      await verifyPoints(store, folder, manifest);
    }
  });

  it('is refused for data without captions', async () => {
    const data = join(project.data, '..', 'without');
    cpSync(project.data, data, { recursive: true });
    for (const name of ['test_caps.txt', 'test_precaps_stan.txt', 'test_caps.json']) rmSync(join(data, name));
    const building = buildIndex(
      {
        index: join(data, '..', 'none'),
        data,
        checkpoint: project.model,
        split: 'test',
        backend: 'wasm',
        store,
        searchCaptions: true,
      },
      silentReport,
    );
    await expect(building).rejects.toMatchObject({ code: 'argument_invalid' });
  });

  describe('at the edge', () => {
    let app: ReturnType<typeof edgeOver>;
    let closeReranker: () => Promise<void>;
    beforeAll(async () => {
      const { log } = keptLog();
      const reranker = await startLoadedReranker({ indexFolder: told.path, backend: 'wasm', port: 0, log });
      closeReranker = () => reranker.close();
      const cache = { bytes: 2 ** 24, freshMs: 60_000, staleMs: 60_000 };
      app = edgeOver({ rerank: reranker.url, qdrant: database.url, cache });
    });
    afterAll(() => closeReranker());
    const context = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} };
    const get = async (parameters: string) => app.request(`/v1/search?${parameters}`, {}, {}, context);
    const search = async (parameters: string) =>
      searchResponseSchema.parse(await (await get(parameters)).json());
    const shown = ({ id, channels, scores }: SearchHit) => ({ id, channels, scores });

    it('answers as in this process', async () => {
      const here = await ask(told, 'cats in Rome');
      const { hits } = await search('q=cats%20in%20Rome&limit=5');
      expect(hits.map(({ id, channels }) => [id, channels])).toEqual(
        here.hits.map(({ id, channels }) => [id, channels]),
      );
      for (const [at, { scores }] of hits.entries())
        expect(scores.fused).toBeCloseTo(here.hits[at]?.score ?? Number.NaN, 4);
    });

    it('keeps answers apart by their channels', async () => {
      const both = (await search('q=Number3')).hits.map(shown);
      const pixels = (await search('q=Number3&channels=pixels')).hits.map(shown);
      expect(both[0]?.id).toBe(3);
      expect(both[0]?.scores.captions).toBeGreaterThan(0);
      expect(
        pixels.every(({ channels, scores }) => channels === undefined && scores.captions === undefined),
      ).toBe(true);
      expect((await search('q=Number3&channels=captions,captions')).hits.map(({ id }) => id)).toEqual([3]);
      expect((await search('q=Number3')).hits.map(shown)).toEqual(both);
    });

    it('goes on by pages without repeating or missing an image', async () => {
      const ids: number[] = [];
      let after = '';
      do {
        const page = await search(`q=cats%20in%20Rome&limit=7${after}`);
        ids.push(...page.hits.map(({ id }) => id));
        after = page.next === undefined ? '' : `&after=${page.next}`;
      } while (after !== '');
      expect(ids.toSorted((a, b) => a - b)).toEqual(Array.from({ length: IMAGES }, (_, id) => id));
    });

    it('takes several sentences, and leaves out what is denied', async () => {
      const { hits } = await search('q=Number3&q=Number8&limit=2');
      expect(hits.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual([3, 8]);
      const denied = await search('q=a%20dog%20in%20Lima%20without%20Number8&channels=captions&limit=24');
      const of8 = denied.hits.find(({ id }) => id === 8);
      const of14 = denied.hits.find(({ id }) => id === 14);
      expect(of8?.scores.captions).toBeCloseTo(of14?.scores.captions ?? Number.NaN, 6);
    });

    it('refuses unknown channels, and captions alone of every image', async () => {
      for (const channels of ['sound', '', 'pixels,']) {
        const response = await get(`q=dog&channels=${channels}`);
        expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('channels')]);
      }
      const response = await get('q=dog&channels=captions&exhaustive=true');
      expect(response.status).toBe(400);
    });
  });
});
