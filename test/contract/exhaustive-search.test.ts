import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { silentReport } from '../../batch/report.ts';
import { type SearchIndexOptions, searchIndex } from '../../batch/search/search-index.ts';
import { openImageGraphs } from '../../shared/generation/index.ts';
import { createEngines } from '../../shared/platform/engines/index.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import { openTextEncoder } from '../../shared/retrieval/index.ts';
import type { ImagePayload } from '../../shared/schema/index.ts';
import { encodeQuery } from '../../shared/text/index.ts';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { runGsmn } from '../support/run-gsmn.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

const QUERY = 'a dog on grass';
const IMAGES = 23;

interface Compared {
  readonly id: number;
  readonly gsmn: number;
  readonly coarse: number;
}

describe('exhaustive search in this process', () => {
  let project: SmallProject;
  let index: IndexFolder;
  let folder: string;
  let payloads: ImagePayload[];
  let everything: Compared[];

  beforeAll(async () => {
    project = await smallProject({ test: IMAGES });
    index = new IndexFolder(project.index);
    const database = await startQdrantLocal({ path: index.database, port: 0 });
    const store = createQdrantStore({ url: database.url });
    const { generation } = await buildIndex(
      {
        index: index.path,
        data: project.data,
        checkpoint: project.model,
        split: 'test',
        backend: 'wasm',
        store,
      },
      silentReport,
    );
    folder = index.generation(generation);
    const points = await store.retrieve(
      (await index.manifest(generation)).collections.images,
      Array.from({ length: IMAGES }, (_, id) => id),
      { withVector: true },
    );
    const byId = new Map(points.map((point) => [point.id, point]));
    payloads = Array.from({ length: IMAGES }, (_, id) => byId.get(id)?.payload as ImagePayload);
    everything = await bruteForce(
      generation,
      Array.from({ length: IMAGES }, (_, id) => byId.get(id)?.vector ?? []),
    );
    // The following needs no captions.
    await database.close();
    rmSync(index.database);
  });
  afterAll(() => project.remove());

  /** Every image in one call of the matcher, with coarse cosines of the vectors in the database. */
  async function bruteForce(
    generation: string,
    vectors: readonly (readonly number[])[],
  ): Promise<Compared[]> {
    const { prepared } = project;
    const { encoder, matcher } = await createEngines(prepared.config, prepared.parameters, 'wasm');
    const { ids } = encodeQuery(QUERY, project.vocabulary);
    const [words = new Float32Array()] = await encoder.encodeCaptions([ids]);
    const recall = await openTextEncoder(prepared.coarse);
    const [text = new Float32Array()] = await recall.encodeTexts([{ ids, words }]);
    const reader = await openImageGraphs(folderFiles(folder), await index.manifest(generation));
    const images = await matcher.prepareImages(await reader.read(0, IMAGES));
    const scores = await matcher.score(images, [{ words }]);
    images.dispose();
    await reader.close();
    await matcher.dispose();
    await encoder.dispose();
    return vectors.map((vector, id) => ({
      id,
      gsmn: (scores.imageToText[id] ?? NaN) + (scores.textToImage[id] ?? NaN),
      coarse: vector.reduce((sum, value, d) => sum + value * (text[d] ?? NaN), 0),
    }));
  }

  const search = (changes: Partial<SearchIndexOptions> = {}) =>
    searchIndex({
      index,
      backend: 'wasm',
      query: QUERY,
      limit: 10,
      exhaustive: true,
      understand: false,
      collapse: true,
      fuse: true,
      memoryBytes: 2 ** 20,
      signal: new AbortController().signal,
      ...changes,
    });

  const expected = (coarseWeight: number) =>
    everything
      .map((image) => ({ ...image, score: image.gsmn + coarseWeight * image.coarse }))
      .sort((a, b) => b.score - a.score || a.id - b.id);

  it.each([
    ['all at once', 2 ** 20],
    ['a few at a time', 8000],
  ])('ranks every image as one comparison with all of them does, %s', async (_, memoryBytes) => {
    const answer = await search({ limit: IMAGES, memoryBytes });
    expect(answer).toMatchObject({ ranking: 'exhaustive', compared: IMAGES, backend: 'wasm', query: QUERY });
    const order = expected(0.5);
    expect(answer.hits.map(({ id }) => id)).toEqual(order.map(({ id }) => id));
    for (const [rank, hit] of answer.hits.entries()) {
      expect(hit.score).toBeCloseTo(order[rank]?.score ?? NaN, 5);
      expect(hit.gsmn).toBeCloseTo(order[rank]?.gsmn ?? NaN, 5);
      expect(hit.coarse).toBeCloseTo(order[rank]?.coarse ?? NaN, 5);
      expect(hit.image).toEqual(payloads[hit.id]);
    }
  });

  it('ranks the shortlist from the coarse vectors without a database', async () => {
    for (const limit of [4, 10, 15]) {
      const answer = await search({ exhaustive: false, limit });
      // The shortlist of the generation has ten images; more hits need a longer one.
      const length = Math.max(10, limit);
      expect(answer).toMatchObject({ ranking: 'shortlist', compared: length });
      const shortlist = everything.toSorted((a, b) => b.coarse - a.coarse).slice(0, length);
      const order = expected(0.5).filter(({ id }) => shortlist.some((image) => image.id === id));
      expect(answer.hits.map(({ id }) => id)).toEqual(order.slice(0, limit).map(({ id }) => id));
      for (const [rank, { id, score, image }] of answer.hits.entries()) {
        expect(score).toBeCloseTo(order[rank]?.score ?? Number.NaN, 5);
        expect(image).toEqual(payloads[id]);
      }
    }
  });

  it('ranks by the GSMN score alone if requested', async () => {
    const { hits } = await search({ fuse: false, limit: 7 });
    const order = expected(0).slice(0, 7);
    expect(hits.map(({ id }) => id)).toEqual(order.map(({ id }) => id));
    expect(hits[0]?.score).toBe(hits[0]?.gsmn);
  });

  it('loads the images in slices, and refuses a memory for less than one', async () => {
    const slices = async (memoryBytes: number) => {
      const done: number[] = [];
      await search({ memoryBytes, onProgress: (images) => done.push(images) });
      return done.map((images, at) => images - (done[at - 1] ?? 0));
    };
    expect(await slices(2 ** 20)).toEqual([IMAGES]);
    // A scan takes a sixteenth of the memory at a time.
    const few = await slices(40_000);
    const [most = 0] = few;
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThan(IMAGES);
    expect(few.slice(0, -1).every((images) => images === most)).toBe(true);
    expect(few.reduce((sum, images) => sum + images, 0)).toBe(IMAGES);
    // Twice the memory, twice the images, to a whole one.
    const [twice = 0] = await slices(80_000);
    expect(Math.abs(twice - 2 * most)).toBeLessThanOrEqual(1);
    await expect(search({ memoryBytes: 100 })).rejects.toMatchObject({
      code: 'memory_exhausted',
      message: expect.stringContaining('0.10 KiB'),
    });
  });

  it('stops between slices if it is cancelled', async () => {
    const controller = new AbortController();
    const done: number[] = [];
    const stopped = search({
      memoryBytes: 40_000,
      signal: controller.signal,
      onProgress: (images) => {
        done.push(images);
        if (done.length === 2) controller.abort(new Error('enough'));
      },
    });
    await expect(stopped).rejects.toThrow('enough');
    expect(done).toHaveLength(2);
  });

  it('is available as a command, with JSON on stdout and progress on stderr', async () => {
    const { code, stdout, stderr } = await runGsmn([
      'search',
      QUERY,
      '--exhaustive',
      '--json',
      '--limit=5',
      '--backend=wasm',
      '--memory-mb=1',
      `--index=${index.path}`,
    ]);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^compare: 23 images in [\d.]+ s\n$/)]);
    const answer = JSON.parse(stdout) as Awaited<ReturnType<typeof searchIndex>>;
    expect(answer).toEqual(await search({ limit: 5 }));
    const denying = ['--not=grass', '--not=id:3', '--exhaustive', '--json', `--index=${index.path}`];
    const lowered = await runGsmn(['search', 'a dog', ...denying, '--backend=wasm']);
    const not = { phrases: ['grass'], images: [3] };
    expect(JSON.parse(lowered.stdout)).toEqual(await search({ query: 'a dog', not }));
    const refused = await runGsmn(['search', QUERY, '--no-coarse', '--index', index.path]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--exhaustive')]);
  });

  it('reports what is missing or broken in the generation', async () => {
    const path = join(folder, 'images.jsonl');
    const whole = readFileSync(path, 'utf8');
    const [first = ''] = whole.split('\n');
    try {
      writeFileSync(path, `${first}\n`);
      await expect(search()).rejects.toMatchObject({ code: 'format_invalid' });
      writeFileSync(path, whole.replaceAll('"name"', '"nom"'));
      await expect(search()).rejects.toMatchObject({ code: 'format_invalid' });
      rmSync(path);
      await expect(search()).rejects.toMatchObject({ code: 'file_missing' });
    } finally {
      writeFileSync(path, whole);
    }
    await expect(search({ query: ' ' })).rejects.toMatchObject({ code: 'query_empty' });
  });
});
