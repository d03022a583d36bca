import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { photoFeatureIdentity } from '../../batch/extraction/extract-photos.ts';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { pruneEncoders, pruneGenerations } from '../../batch/index/remove-generation.ts';
import { decodePixels } from '../../batch/photos/read/decode-pixels.ts';
import { openPhoto } from '../../batch/photos/read/open-photo.ts';
import { DEFAULT_LIMITS } from '../../batch/photos/read/photo-limits.ts';
import type { Report } from '../../batch/report.ts';
import { searchIndex } from '../../batch/search/search-index.ts';
import { photosSource } from '../../batch/start/photos-source.ts';
import { findPretrainedFiles, sideFiles } from '../../shared/platform/pretrained/pretrained-files.ts';
import { openPretrainedImages, readImageForm } from '../../shared/platform/pretrained/pretrained-images.ts';
import { openPretrainedTexts } from '../../shared/platform/pretrained/pretrained-texts.ts';
import { searchResponseSchema } from '../../shared/schema/index.ts';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { type CommandProcess, startCommandProcess } from '../support/command-process.ts';
import { patches, putPhoto } from '../support/drawn-photos.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/pretrained');
const QUERY = 'a dog runs on grass';
const PHOTOS = ['1.png', '2.png', '3.png', '4.png'];

/** Where all do the same, only the first is tried. */
const ENCODERS = ['tiny-clip', 'tiny-siglip'] as const;

// Some tests build several indexes, which takes a while on a busy machine.
describe('photographs found by a pretrained encoder', { timeout: 240_000 }, () => {
  let root = '';
  let images = '';
  let index = '';
  let encoder = '';
  let project: SmallProject;
  let database: RunningQdrantLocal;
  const running: CommandProcess[] = [];

  beforeAll(async () => {
    const features = await photoFeatureIdentity();
    project = await smallProject({}, { config: { imageFeatureSize: 1280 }, features });
    root = mkdtempSync(join(tmpdir(), 'pretrained-'));
    [images, index] = [join(root, 'images'), join(root, 'index')];
    encoder = join(FIXTURES, ENCODERS[0]);
    mkdirSync(images);
    database = await startQdrantLocal({ path: join(root, 'qdrant.sqlite'), port: 0 });
    for (const [at, photo] of PHOTOS.entries())
      await putPhoto(
        images,
        photo,
        patches(at + 1, 80 + 30 * at, 90)
          .png()
          .toBuffer(),
      );
  });
  afterAll(async () => {
    await database.close();
    project.remove();
    rmSync(root, { recursive: true });
  });
  afterEach(() => {
    for (const command of running.splice(0)) command.destroy();
  });

  /** Indexes photographs as `gsmn photos index` does. */
  async function build(encoder?: string, photos = images) {
    const said: string[] = [];
    const report: Report = {
      stage: (label, _unit, work) => {
        said.push(label);
        return work(() => {});
      },
      say: (line) => said.push(line),
      warn: (line) => said.push(line),
    };
    const folder = new IndexFolder(index);
    const source = await photosSource(
      {
        photos,
        checkpoint: project.model,
        encoder,
        models: join(root, 'nothing'),
        build: true,
        processes: 1,
      },
      folder,
    );
    await source.prepare(report, new AbortController().signal);
    const result = await buildIndex(
      {
        index,
        backend: 'wasm',
        data: source.folder,
        split: source.split,
        checkpoint: source.checkpoint,
        encoder: source.encoder,
        imagesUrl: source.imagesUrl,
        store: createQdrantStore({ url: database.url }),
      },
      report,
    );
    return { ...result, said };
  }

  function asked() {
    return searchIndex({
      index: new IndexFolder(index),
      backend: 'wasm',
      query: QUERY,
      understand: true,
      collapse: true,
      limit: 20,
      exhaustive: false,
      fuse: true,
      memoryBytes: 2 ** 26,
      signal: new AbortController().signal,
    });
  }

  /** The cosine of the query with each photograph, by the encoder itself. */
  async function cosines(folder: string): Promise<Map<string, number>> {
    const texts = await openPretrainedTexts(folder, sideFiles(folder, 'texts'));
    const pictures = await openPretrainedImages(folder, sideFiles(folder, 'images'));
    const query = await texts.encode(QUERY);
    const { pixels: form } = await readImageForm(folder);
    const found = new Map<string, number>();
    for (const photo of PHOTOS) {
      const opened = await openPhoto(readFileSync(join(images, photo)), { limits: DEFAULT_LIMITS });
      const vector = await pictures.encode(await decodePixels(opened, form, DEFAULT_LIMITS));
      found.set(
        photo,
        vector.reduce((sum, value, d) => sum + value * (query[d] ?? Number.NaN), 0),
      );
    }
    await texts.close();
    await pictures.close();
    return found;
  }

  it.each(ENCODERS)('have the cosines of %s as coarse scores', async (name) => {
    const folder = join(FIXTURES, name);
    const { said } = await build(folder);
    expect(said).toContainEqual(expect.stringMatching(`recall by ${name}: its weight .*, the default`));
    const expected = await cosines(folder);
    expect(new Set(expected.values()).size).toBe(PHOTOS.length);
    const { hits } = await asked();
    expect(hits).toHaveLength(PHOTOS.length);
    for (const { coarse, image } of hits) expect(coarse).toBeCloseTo(expected.get(image.name) ?? 9, 5);
  });

  it('are encoded again only if they were added', async () => {
    const label = `encode by ${ENCODERS[0]}`;
    const first = await build(encoder);
    const again = await build(encoder);
    expect(again).toMatchObject({ built: false, generation: first.generation });
    expect(again.said).not.toContain(label);
    await putPhoto(images, '5.png', patches(9).png().toBuffer());
    const more = await build(encoder);
    expect(more).toMatchObject({ built: true });
    expect(more.said).toContain(label);
    rmSync(join(images, '5.png'));
  });

  it('are found by the own recall encoder of the model again without one', async () => {
    const own = await build();
    expect((await asked()).hits).toHaveLength(PHOTOS.length);
    expect((await build(encoder)).generation).not.toBe(own.generation);
  });

  it('have a fitted weight where captions exist', async () => {
    for (let at = 0; at < 20; at++)
      await putPhoto(
        images,
        `more/${at}.png`,
        patches(at + 50)
          .png()
          .toBuffer(),
      );
    const list = join(root, 'list.jsonl');
    const lines = Array.from({ length: 20 }, (_, at) =>
      JSON.stringify({ path: join(images, `more/${at}.png`), caption: `a dog runs on grass ${at}` }),
    );
    writeFileSync(list, lines.join('\n'));
    const { said } = await build(encoder, list);
    expect(said).toContainEqual(expect.stringMatching(/recall by .*: its weight .*, fitted on the captions/));
    rmSync(join(images, 'more'), { recursive: true });
  });

  it('keep their text side in the index while a generation needs it', async () => {
    const [clip = '', siglip = ''] = await Promise.all(
      ENCODERS.map(async (name) => (await findPretrainedFiles(join(FIXTURES, name))).identity.slice(0, 16)),
    );
    await build(join(FIXTURES, ENCODERS[1]));
    await build(encoder);
    await build();
    const folder = new IndexFolder(index);
    // The active generation has none, the previous one has the first.
    await pruneGenerations(folder, createQdrantStore({ url: database.url }), 1);
    expect(await pruneEncoders(folder)).toEqual([`encoders/${siglip}`]);
    expect(readdirSync(join(index, 'encoders'))).toEqual([clip]);
  });

  it('are not searched without what texts are encoded with, and a build makes damaged files again', async () => {
    await build(encoder);
    const kept = join(index, 'encoders');
    for (const id of readdirSync(kept)) writeFileSync(join(kept, id, 'tokenizer.json'), '{}');
    await expect(asked()).rejects.toMatchObject({
      code: 'checksum_mismatch',
      message: expect.stringContaining('tokenizer.json'),
      hint: expect.stringContaining('--encoder'),
    });
    await build(encoder);
    expect((await asked()).hits).toHaveLength(PHOTOS.length);
    rmSync(kept, { recursive: true });
    await expect(asked()).rejects.toMatchObject({
      code: 'file_missing',
      hint: expect.stringMatching(/copy the folder encoders/),
    });
  });

  it('are not indexed by an encoder that was not fetched, or a folder that is none', async () => {
    await expect(build('clip-vit-b-32')).rejects.toMatchObject({ code: 'file_missing' });
    await expect(build(FIXTURES)).rejects.toMatchObject({ code: 'file_missing' });
  });

  it('are served, and the reranker encodes the queries', async () => {
    const options = ['--photos', images, '--checkpoint', project.model, '--encoder', encoder];
    const more = ['--index', index, '--backend', 'wasm', '--port', '0', '--log-level', 'info'];
    const started = startCommandProcess(['start', ...options, ...more]);
    running.push(started);
    const url = (await started.said(/(http:\/\/127\.0\.0\.1:\d+)\/[\s\S]*Ctrl-C/))[1] ?? '';
    const expected = await cosines(encoder);
    const best = [...expected].sort(([, a], [, b]) => b - a).map(([photo]) => photo);
    for (let turn = 0; turn < 3; turn++) {
      const answer = await fetch(`${url}/v1/search?q=${encodeURIComponent(QUERY + '.'.repeat(turn))}`);
      expect(answer.status).toBe(200);
      const page = searchResponseSchema.parse(await answer.json());
      expect(page.degraded).toBeFalsy();
      expect(page.hits.map(({ image }) => image.name).sort()).toEqual([...best].sort());
    }
    started.child.kill('SIGTERM');
    expect(await started.ended).toBe(0);
    // The edge worker does not ask for a query model that does not exist.
    const log = `${started.stdout()}${started.stderr()}`;
    expect(log).toContain('/v1/encode');
    expect(log).not.toContain('query-model');
  });
});
