import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activate, rollback } from '../../batch/index/activate.ts';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { collectionsOf } from '../../batch/index/plan.ts';
import { verifyPoints } from '../../batch/index/points.ts';
import { verifyNodes } from '../../batch/index/verify-nodes.ts';
import { silentReport } from '../../batch/report.ts';
import { type SearchIndexOptions, searchIndex } from '../../batch/search/search-index.ts';
import { ensureIndex } from '../../batch/start/ensure-index.ts';
import { openImageGraphs, verifyFiles } from '../../shared/generation/index.ts';
import { createEngines } from '../../shared/platform/engines/index.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import { openTextEncoder } from '../../shared/retrieval/index.ts';
import { encodeQuery } from '../../shared/text/index.ts';
import { createQdrantStore, type QdrantStore } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

describe('the life of an index', () => {
  let project: SmallProject;
  let index: IndexFolder;
  let database: RunningQdrantLocal;
  let store: QdrantStore;
  const ids: Record<string, string> = {};

  const build = (split: string, changes: object = {}) =>
    buildIndex(
      {
        index: index.path,
        data: project.data,
        checkpoint: project.model,
        split,
        backend: 'wasm',
        store,
        ...changes,
      },
      silentReport,
    );

  beforeAll(async () => {
    project = await smallProject({ test: 12, dev: 20 });
    index = new IndexFolder(project.index);
    database = await startQdrantLocal({ path: index.database, port: 0 });
    store = createQdrantStore({ url: database.url });
    for (const split of ['test', 'dev']) ids[split] = (await build(split)).generation;
  });
  afterAll(async () => {
    await database.close();
    project.remove();
  });

  const searchFor = (query: string, limit: number): SearchIndexOptions => ({
    index,
    store,
    backend: 'wasm',
    query,
    limit,
    exhaustive: false,
    understand: false,
    collapse: true,
    fuse: true,
    memoryBytes: 2 ** 24,
    signal: new AbortController().signal,
  });

  const served = async () => (await index.active())?.generation;

  it('activates the last build, and keeps the previous one', async () => {
    expect(await served()).toBe(ids.dev);
    expect(await index.active()).toMatchObject({ generation: ids.dev, previous: ids.test });
    expect(new Set(await index.generations())).toEqual(new Set([ids.test, ids.dev]));
  });

  it('rolls back and forth', async () => {
    expect(await rollback(index, store)).toBe(ids.test);
    expect(await served()).toBe(ids.test);
    await activate(index, store, ids.dev ?? '');
    expect(await served()).toBe(ids.dev);
  });

  it('builds the same generation once', async () => {
    expect(await build('dev')).toEqual({ generation: ids.dev, built: false });
  });

  it('repairs a changed point when the same generation is built again, unless it need not look', async () => {
    const { images } = collectionsOf(ids.dev ?? '');
    const [point] = await store.retrieve(images, [5], { withVector: true });
    await store.upsert(images, [{ id: 5, vector: point?.vector ?? [], payload: { name: 'another' } }]);
    const verify = async () =>
      verifyPoints(store, index.generation(ids.dev ?? ''), await index.manifest(ids.dev ?? ''));
    await build('dev', { compareAgain: false });
    await expect(verify()).rejects.toMatchObject({ code: 'checksum_mismatch' });
    await build('dev');
    await verify();
  });

  it('builds without activating on request', async () => {
    const { generation } = await build('test', { imagesUrl: 'https://example.org/p', activate: false });
    expect(generation).not.toBe(ids.test);
    expect(await served()).toBe(ids.dev);
    await verifyPoints(store, index.generation(generation), await index.manifest(generation));
  });

  it('ranks all images like plain matching', async () => {
    const { prepared } = project;
    const answer = await searchIndex(searchFor('a dog on grass', 20));
    expect(answer.hits).toHaveLength(20);

    const { encoder, matcher } = await createEngines(prepared.config, prepared.parameters, 'wasm');
    const { ids: words } = encodeQuery('a dog on grass', project.vocabulary);
    const [nodes = new Float32Array()] = await encoder.encodeCaptions([words]);
    const recall = await openTextEncoder(prepared.coarse);
    const [coarse] = await recall.encodeTexts([{ ids: words, words: nodes }]);
    const manifest = await index.manifest(answer.generation);
    const reader = await openImageGraphs(folderFiles(index.generation(answer.generation)), manifest);
    const images = await matcher.prepareImages(await reader.read(0, 20));
    const scores = await matcher.score(images, [{ words: nodes }]);
    await reader.close();
    for (const hit of answer.hits) {
      const gsmn = (scores.imageToText[hit.id] ?? 0) + (scores.textToImage[hit.id] ?? 0);
      expect(hit.gsmn).toBeCloseTo(gsmn, 5);
      expect(hit.score).toBeCloseTo(gsmn + 0.5 * hit.coarse, 5);
      expect(hit.image.captions).toHaveLength(5);
    }
    const sorted = answer.hits.map(({ score }) => score);
    expect(sorted).toEqual([...sorted].sort((a, b) => b - a));
    expect(coarse).toHaveLength(prepared.config.jointSize);
  });

  it.each([
    ['', 'query_empty'],
    ['x'.repeat(501), 'query_too_long'],
  ])('refuses the query "%s"', async (query, code) => {
    await expect(searchIndex(searchFor(query, 5))).rejects.toMatchObject({ code });
  });

  it('refuses a second build at the same time', async () => {
    const both = await Promise.allSettled([
      build('test', { imagesUrl: '/a/', activate: false }),
      build('test', { imagesUrl: '/b/', activate: false }),
    ]);
    const refused = both.filter((one) => one.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toMatchObject({ code: 'conflict' });
  });

  it('stops between two batches when aborted', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(build('test', { imagesUrl: '/c/', signal: stop.signal })).rejects.toThrow();
    expect(await served()).toBe(ids.dev);
  });

  it('does not activate what is not in the vector database', async () => {
    await store.deletePoints(`gsmn-${ids.test}-images`, [3]);
    await expect(activate(index, store, ids.test ?? '')).rejects.toMatchObject({
      code: 'generation_incomplete',
    });
    expect(await served()).toBe(ids.dev);
    // Building again sends the missing points.
    await build('test', { activate: false });
    const folder = index.generation(ids.test ?? '');
    await verifyPoints(store, folder, await index.manifest(ids.test ?? ''));
  });

  it('is repaired at the start of the services: a gap in either collection, and points of nobody', async () => {
    const id = ids.dev ?? '';
    const manifest = await index.manifest(id);
    const { images, captions } = collectionsOf(id);
    const parts = { index, store, build: undefined, signal: new AbortController().signal };
    const wrong = [
      () => store.deletePoints(images, [7, 8]),
      () => store.deletePoints(captions, [50]),
      () =>
        store.upsert(images, [
          { id: 4711, vector: new Float32Array(manifest.coarse.dimensions).fill(1), payload: {} },
        ]),
    ];
    for (const damage of wrong) {
      await damage();
      await expect(ensureIndex({ ...parts, maySend: false })).rejects.toMatchObject({
        code: 'generation_incomplete',
      });
      expect((await ensureIndex({ ...parts, maySend: true })).id).toBe(id);
      await verifyPoints(store, index.generation(id), manifest);
    }
  });

  it('finds damage', async () => {
    const folder = index.generation(ids.test ?? '');
    const files = folderFiles(folder);
    const manifest = await index.manifest(ids.test ?? '');
    await verifyFiles(files, manifest);
    await verifyNodes(files, manifest);

    const nodes = join(folder, 'images.nodes');
    const bytes = await readFile(nodes);
    const damaged = Uint8Array.from(bytes);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    writeFileSync(nodes, damaged);
    await expect(verifyFiles(files, manifest)).rejects.toMatchObject({ code: 'checksum_mismatch' });
    await expect(verifyNodes(files, manifest)).rejects.toMatchObject({ code: 'checksum_mismatch' });
    truncateSync(nodes, 100);
    await expect(verifyFiles(files, manifest)).rejects.toMatchObject({ code: 'checksum_mismatch' });
    rmSync(nodes);
    await expect(verifyFiles(files, manifest)).rejects.toMatchObject({ code: 'file_missing' });
    writeFileSync(nodes, bytes);
    await verifyNodes(files, manifest);
  });

  it('names what is wrong with its data', async () => {
    await expect(build('train')).rejects.toMatchObject({
      code: 'file_missing',
      message: expect.stringContaining('train'),
    });
    await expect(build('test', { checkpoint: join(project.data, 'none.pth.tar') })).rejects.toMatchObject({
      code: 'file_missing',
    });
    await expect(build('test', { propagation: 'neighbours' })).rejects.toMatchObject({
      code: 'argument_invalid',
    });
    await expect(build('test', { backend: 'tensorflow9' })).rejects.toMatchObject({
      code: 'argument_invalid',
    });
    const other = await smallProject({ test: 2 }, { config: { imageFeatureSize: 5 } });
    await expect(build('test', { checkpoint: other.model })).rejects.toMatchObject({
      code: 'shape_mismatch',
    });
    other.remove();
  });
});

describe('an empty index', () => {
  it('reports that nothing is active', async () => {
    const index = new IndexFolder('/nowhere/index');
    await expect(index.requireActive()).rejects.toMatchObject({ code: 'generation_missing' });
    await expect(index.manifest('0123456789abcdef')).rejects.toMatchObject({ code: 'generation_missing' });
    expect(await index.generations()).toEqual([]);
  });
});
