import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { searchCommand } from '../../batch/cli/commands/search.ts';
import type { Pixels } from '../../batch/gallery/collection/render-pixels.ts';
import { encodeImageResponseSchema, nearImagesSchema, problemSchema } from '../../shared/schema/index.ts';
import { listedKeys } from '../../workers/edge/keys/key-store.ts';
import { patches, putPhoto } from '../support/drawn-photos.ts';
import { drawnGallery, type ImageIndex, imageIndex, photographs, pngOf } from '../support/image-index.ts';
import { keysOf, testKey } from '../support/keys.ts';
import { runCommand } from '../support/run-command.ts';

const FLICKR = join(import.meta.dirname, '../../../shared/flickr8k/images');
const TINY_CLIP = join(import.meta.dirname, '../fixtures/pretrained/tiny-clip');
/** Of float32 vectors with some hundred dimensions. */
const FLOAT = 1e-5;

type App = ReturnType<ImageIndex['app']>;

function send(app: App, file: Uint8Array<ArrayBuffer> | string, query = '', type = 'image/png') {
  return app.request(`/v1/images/search${query}`, {
    method: 'POST',
    body: file,
    headers: { 'content-type': type },
  });
}

async function found(response: Response | Promise<Response>) {
  const answer = await response;
  expect([answer.status, answer.headers.get('cache-control')], await answer.clone().text()).toEqual([
    200,
    'no-store',
  ]);
  return nearImagesSchema.parse(await answer.json());
}

async function problem(response: Response | Promise<Response>) {
  const answer = await response;
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const body = problemSchema.parse(await answer.json());
  expect(body.status).toBe(answer.status);
  return body;
}

/** What `--json` prints. */
const printedSchema = z.object({
  stage: z.string(),
  images: z.array(z.object({ id: z.number(), score: z.number(), image: z.object({ name: z.string() }) })),
});

const bytesOf = (path: string) => new Uint8Array(readFileSync(path));

describe('a search with a drawing', { timeout: 120_000 }, () => {
  const COUNT = 12;
  let pixels: readonly Pixels[] = [];
  let files: readonly Uint8Array<ArrayBuffer>[] = [];
  let index: ImageIndex;
  let app: App;
  beforeAll(async () => {
    const gallery = await drawnGallery(COUNT);
    ({ pixels } = gallery);
    files = await Promise.all(pixels.map(pngOf));
    index = await imageIndex(gallery.source);
    app = index.app();
  }, 240_000);
  afterAll(() => index?.close());

  it('finds each image of the index first, with cosine 1, in the bits of the index', async () => {
    const vectors = await index.coarse();
    for (const [id, file] of files.entries()) {
      const { stage, total, images } = await found(send(app, file));
      expect([stage, total, images.length]).toEqual(['recall', COUNT, COUNT]);
      expect(images[0]?.id).toBe(id);
      expect(Math.abs((images[0]?.score ?? 0) - 1)).toBeLessThan(FLOAT);
      expect(images.map(({ score }) => score)).toEqual(
        images.map(({ score }) => score).toSorted((one, other) => other - one),
      );
      const answer = await fetch(`${index.rerank}/v1/encode-image`, {
        method: 'POST',
        body: file,
        headers: { 'content-type': 'image/png' },
      });
      const { coarse } = encodeImageResponseSchema.parse(await answer.json());
      expect(Float32Array.from(coarse)).toEqual(vectors(id));
    }
  });

  it('finds it in every format, and made smaller', async () => {
    const [first] = pixels;
    const image = () =>
      sharp(first?.data, { raw: { width: first?.width ?? 0, height: first?.height ?? 0, channels: 3 } });
    const other = [
      image().webp({ quality: 90 }),
      image().jpeg({ quality: 90 }),
      image().resize({ width: 320 }).png(),
      image().resize({ width: 1500 }).avif({ effort: 0 }),
    ];
    for (const file of other) {
      const { images } = await found(
        send(app, new Uint8Array(await file.toBuffer()), '?limit=1', 'image/webp'),
      );
      expect([images.length, images[0]?.id]).toEqual([1, 0]);
    }
  });

  it('answers what `gsmn search --image` answers', async () => {
    const [file = new Uint8Array()] = files;
    const { images } = await found(send(app, file, '?limit=5'));
    const path = join(index.index.path, '..', 'drawing.png');
    writeFileSync(path, file);
    const parameters = ['--image', path, '--index', index.index.path, '--backend', 'simd', '--limit', '5'];
    const own = printedSchema.parse(JSON.parse(await runCommand(searchCommand(), [...parameters, '--json'])));
    expect(own.stage).toBe('recall');
    expect(await runCommand(searchCommand(), parameters)).toMatch(/1\.000.*0\.png/);
    expect(own.images.map(({ id, image }) => [id, image.name])).toEqual(
      images.map(({ id, image }) => [id, image.name]),
    );
    for (const [at, { score }] of own.images.entries())
      expect(Math.abs(score - (images[at]?.score ?? 0))).toBeLessThan(FLOAT);
  });

  it('blames the caller for every damaged, truncated or foreign file, and then still answers', async () => {
    const [file = new Uint8Array()] = files;
    const cut = fc.nat(file.length - 1).map((length) => file.slice(0, length));
    const flipped = fc
      .array(fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 })), {
        minLength: 1,
        maxLength: 20,
      })
      .map((changes) => {
        const damaged = file.slice();
        for (const [at, bits] of changes) damaged[at] = (damaged[at] ?? 0) ^ bits;
        return damaged;
      });
    const foreign = fc.uint8Array({ maxLength: 400 }).map((bytes) => new Uint8Array(bytes));
    await fc.assert(
      fc.asyncProperty(fc.oneof(cut, flipped, foreign), async (body) => {
        const answer = await send(app, body);
        // Flipped bits may leave an image.
        if (answer.status === 200) return;
        const { status, code } = await problem(answer);
        expect([422, 413], code).toContain(status);
      }),
      { numRuns: 60 },
    );
    await found(send(app, file));
    const ours = index.lines.filter(({ fields }) => Number(fields.status) >= 500);
    expect(ours).toEqual([]);
  });

  it.each([
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', 422, 'image_invalid'],
    ['text', 'a dog on grass', 422, 'image_invalid'],
    ['nothing', '', 422, 'image_invalid'],
  ])('refuses %s', async (_, body, status, code) => {
    const refused = await problem(send(app, body));
    expect([refused.status, refused.code]).toEqual([status, code]);
    expect(refused.hint).toContain('JPEG');
  });

  it('refuses what is declared as no image, is too large, or has too many pixels', async () => {
    const [file = new Uint8Array()] = files;
    for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/json']) {
      expect((await problem(send(app, file, '', type))).code).toBe('content_type_refused');
    }
    const small = index.app({ queryImageBytes: file.length - 1 });
    const large = await problem(send(small, file));
    expect([large.status, large.code]).toEqual([413, 'request_too_large']);
    const plain = sharp({ create: { width: 9000, height: 9000, channels: 3, background: '#fff' } });
    const many = await problem(send(app, new Uint8Array(await plain.png().toBuffer())));
    expect([many.status, many.detail]).toEqual([413, expect.stringContaining('50 megapixels')]);
    const none = await problem(send(index.app({ queryImageBytes: 0 }), file));
    expect([none.status, none.code]).toEqual([404, 'image_encoder_missing']);
  });

  it.each([
    ['?limit=0', 'limit'],
    ['?limit=101', 'limit'],
    ['?offset=20', 'offset'],
    ['?q=dog', 'q'],
    ['?collapse=maybe', 'collapse'],
    ['?limit=1&limit=2', 'limit'],
    ['?filter=year', ''],
    ['?filter=year>=2019', 'year'],
  ])('refuses %s', async (query, name) => {
    const [file = new Uint8Array()] = files;
    const refused = await problem(send(app, file, query));
    expect([refused.status, refused.code]).toEqual([400, 'request_invalid']);
    expect(refused.detail).toContain(name);
  });

  it('has no other method', async () => {
    const answer = await app.request('/v1/images/search');
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('a search with a photograph', { timeout: 240_000 }, () => {
  const root = mkdtempSync(join(tmpdir(), 'gsmn-photographs-'));
  const folder = join(root, 'photographs');
  let index: ImageIndex;
  let names: readonly string[] = [];
  beforeAll(async () => {
    mkdirSync(folder);
    if (existsSync(FLICKR)) {
      for (const name of readdirSync(FLICKR).sort().slice(0, 8))
        copyFileSync(join(FLICKR, name), join(folder, name));
    }
    for (const seed of [1, 2, 3]) {
      await putPhoto(folder, `patches-${seed}.jpg`, patches(seed, 500, 300).jpeg().toBuffer());
    }
    const turned = patches(4, 400, 300).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    await putPhoto(folder, 'turned.jpg', turned);
    await putPhoto(folder, 'alike.png', patches(1, 500, 300).png().toBuffer());
    names = readdirSync(folder).sort();
    index = await imageIndex(photographs(folder));
  }, 240_000);
  afterAll(async () => {
    await index?.close();
    rmSync(root, { recursive: true });
  });

  it('finds each one first, with cosine 1', async () => {
    const app = index.app();
    const { images: all } = await found(
      send(app, bytesOf(join(folder, 'turned.jpg')), '?limit=100&collapse=false'),
    );
    expect(all.map(({ image }) => image.name).sort()).toEqual(names);
    for (const name of names) {
      const { images } = await found(
        send(app, bytesOf(join(folder, name)), '?limit=2&collapse=false', 'image/jpeg'),
      );
      const [first] = images;
      expect([name, first?.image.name]).toEqual([name, name]);
      expect(Math.abs((first?.score ?? 0) - 1)).toBeLessThan(FLOAT);
      const answer = await fetch(`${index.rerank}/v1/encode-image`, {
        method: 'POST',
        body: bytesOf(join(folder, name)),
        headers: { 'content-type': 'image/jpeg' },
      });
      const { coarse } = encodeImageResponseSchema.parse(await answer.json());
      expect(Float32Array.from(coarse)).toEqual((await index.coarse())(first?.id ?? -1));
    }
  });

  it('finds for a key only the images that it may see', async () => {
    const key = await testKey('publishable', { filter: 'format:jpeg' });
    const store = listedKeys(keysOf(key), 'SEARCH_KEYS');
    const app = index.app({ keys: { store, imageSecret: '0123456789abcdef0123456789abcdef' } });
    const answer = app.request('/v1/images/search?limit=100&collapse=false', {
      method: 'POST',
      body: bytesOf(join(folder, 'alike.png')),
      headers: { 'content-type': 'image/png', authorization: `Bearer ${key.key}` },
    });
    const { images, total } = await found(answer);
    expect(images.map(({ image }) => image.name).sort()).toEqual(
      names.filter((name) => name !== 'alike.png'),
    );
    expect(total).toBe(names.length - 1);
    expect(images[0]?.image.url).toMatch(/^\/images\/~/);
    expect(JSON.stringify(images)).not.toContain('alike.png');
  });

  it('shows photographs that look alike as one, and only those that pass a filter', async () => {
    const app = index.app();
    const file = bytesOf(join(folder, 'alike.png'));
    const { images } = await found(send(app, file, '?limit=2'));
    expect(images[0]?.image.name).toBe('alike.png');
    expect(images[0]?.alike?.images.map(({ image }) => image.name)).toEqual(['patches-1.jpg']);
    expect(images).toHaveLength(2);
    const filtered = await found(send(app, file, '?filter=format:jpeg&limit=100'));
    expect(filtered.filtered).toEqual({ filter: 'format:jpeg', images: names.length - 1 });
    expect(filtered.total).toBe(names.length - 1);
    expect(filtered.images.map(({ image }) => image.name)).not.toContain('alike.png');
    const nothing = await found(send(app, file, '?filter=format:gif'));
    expect([nothing.total, nothing.images]).toEqual([0, []]);
  });
});

describe('a search with a photograph by a pretrained encoder', { timeout: 240_000 }, () => {
  const root = mkdtempSync(join(tmpdir(), 'gsmn-pretrained-'));
  const folder = join(root, 'photographs');
  let index: ImageIndex;
  beforeAll(async () => {
    for (const seed of [1, 2, 3, 4]) {
      await putPhoto(
        folder,
        `${seed}.png`,
        patches(seed, 100 + 40 * seed, 90)
          .png()
          .toBuffer(),
      );
    }
    index = await imageIndex(photographs(folder, { encoder: TINY_CLIP }));
  }, 240_000);
  afterAll(async () => {
    await index?.close();
    rmSync(root, { recursive: true });
  });

  it('finds each one first, with the files that the index keeps', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const { images } = await found(send(index.app(), bytesOf(join(folder, `${seed}.png`)), '?limit=1'));
      expect(images[0]?.image.name).toBe(`${seed}.png`);
      expect(Math.abs((images[0]?.score ?? 0) - 1)).toBeLessThan(FLOAT);
    }
  });

  it('refuses an image that is so long and narrow that it would be enlarged without end', async () => {
    const line = sharp({ create: { width: 40_000, height: 1, channels: 3, background: '#fff' } });
    const refused = await problem(send(index.app(), new Uint8Array(await line.png().toBuffer())));
    expect([refused.status, refused.code]).toEqual([413, 'request_too_large']);
  });
});
