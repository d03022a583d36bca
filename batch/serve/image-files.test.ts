import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawnPhoto, drawnSvg, patches } from '../../test/support/drawn-photos.ts';
import { renditionMaker } from '../photos/read/render-photo.ts';
import type { Service } from './closing.ts';
import { imagesOfFolder, photosOfFolder, serveImageFiles } from './image-files.ts';
import type { Log } from './log.ts';
import { RenditionCache } from './rendition-cache.ts';
import { Renditions } from './renditions.ts';

const NAMES = ['a.jpg', 'two dogs.PNG', 'A & B, 100%.webp', 'größe.svg', 'sub/what?#.gif'];
let folder = '';
let cache = '';
let jpeg = Buffer.alloc(0);
const faults: unknown[] = [];
const log: Log = {
  info: () => {},
  warn: (fields) => faults.push(fields),
  error: (fields) => faults.push(fields),
};
let renditions: Renditions;
let server: Service;
let withOriginals: Service;
let ofDataFolder: Service;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly etag: string;
  readonly body: Buffer;
}

/** What is returned for a path that is sent unchanged: `fetch` would normalise the dots. */
function ask(path: string, { url }: Service = server, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(`${url}/`, { path, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? '',
          etag: response.headers.etag ?? '',
          body: Buffer.concat(pieces),
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}

const pathOf = (name: string) => `/${name.split('/').map(encodeURIComponent).join('/')}`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'image-files-'));
  cache = join(folder, 'cache');
  mkdirSync(join(folder, 'images/sub/x.png'), { recursive: true });
  jpeg = await patches(1, 1600, 800)
    .withMetadata({ orientation: 6 })
    .withExif({ IFD0: { Copyright: 'somebody' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
    .jpeg()
    .toBuffer();
  const bytes = {
    jpg: jpeg,
    png: await patches(2, 1200, 800).png().toBuffer(),
    webp: await patches(3, 400, 300).webp().toBuffer(),
    svg: drawnSvg(30, 20),
    gif: await drawnPhoto(60, 40).gif().toBuffer(),
  };
  for (const name of NAMES) {
    const extension = (name.split('.').at(-1) ?? '').toLowerCase() as keyof typeof bytes;
    writeFileSync(join(folder, 'images', name), bytes[extension]);
  }
  writeFileSync(join(folder, 'images/scan.tiff'), await patches(4, 500, 400).tiff().toBuffer());
  writeFileSync(join(folder, 'images/no extension'), bytes.png);
  writeFileSync(join(folder, 'images/b.avif'), await drawnPhoto().avif().toBuffer());
  copyFileSync(
    join(import.meta.dirname, '../photos/fixtures/drawn-display-p3.heic'),
    join(folder, 'images/telephone.heic'),
  );
  for (const name of ['.hidden.png', '../secret.png']) writeFileSync(join(folder, 'images', name), bytes.png);
  for (const name of ['notes.txt', 'page.html', 'index.html', 'text.jpg']) {
    writeFileSync(join(folder, 'images', name), 'secret');
  }
  writeFileSync(join(folder, 'images/cut.jpg'), jpeg.subarray(0, jpeg.length >> 1));
  writeFileSync(join(folder, 'images/sub/x.png/index.html'), 'secret');
  const locate = photosOfFolder(join(folder, 'images'));
  renditions = new Renditions(new RenditionCache(cache, 2 ** 30), log);
  server = await serveImageFiles(locate, { renditions, originals: false, log });
  withOriginals = await serveImageFiles(locate, { renditions, originals: true, log });
  ofDataFolder = await serveImageFiles(imagesOfFolder(join(folder, 'images')), {
    renditions,
    originals: false,
    log,
  });
});
afterAll(async () => {
  await Promise.all([server.close(), withOriginals.close(), ofDataFolder.close(), renditions.close()]);
  rmSync(folder, { recursive: true });
});

describe('serveImageFiles', () => {
  it.each([...NAMES, 'scan.tiff', 'telephone.heic', 'no extension'])('serves %s as WebP', async (name) => {
    const { status, type, body } = await ask(pathOf(name));
    expect([status, type]).toEqual([200, 'image/webp']);
    expect((await sharp(body).metadata()).format).toBe('webp');
  });

  it.each([
    ['bytes=0-9', 0, 10],
    ['bytes=10-', 10, undefined],
    ['bytes=-7', -7, undefined],
    ['bytes=5-99999999', 5, undefined],
  ])('sends the part %s', async (range, from, to) => {
    for (const one of [server, withOriginals]) {
      const whole = await fetch(`${one.url}/a.jpg`);
      const bytes = new Uint8Array(await whole.arrayBuffer());
      const etag = whole.headers.get('etag') ?? '';
      for (const headers of [{ range }, { range, 'if-range': etag }]) {
        const part = await fetch(`${one.url}/a.jpg`, { headers });
        expect(part.status).toBe(206);
        expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.slice(from, to));
        const start = from < 0 ? bytes.length + from : from;
        expect(part.headers.get('content-range')).toBe(
          `bytes ${start}-${(to ?? bytes.length) - 1}/${bytes.length}`,
        );
      }
      const other = await fetch(`${one.url}/a.jpg`, { headers: { range, 'if-range': '"x"' } });
      expect([other.status, (await other.arrayBuffer()).byteLength]).toEqual([200, bytes.length]);
    }
  });

  it('sends all where no single part is asked for, and nothing behind the end', async () => {
    const statusOf = async (range: string) =>
      (await fetch(`${server.url}/a.jpg`, { headers: { range } })).status;
    for (const range of ['bytes=0-1,3-4', 'bytes=9-3', 'lines=1-2', 'bytes=-'])
      expect(await statusOf(range)).toBe(200);
    expect(await statusOf('bytes=99999999-')).toBe(416);
    expect(await statusOf('bytes=-0')).toBe(416);
  });

  it('finds photographs by any name', async () => {
    writeFileSync(join(folder, 'images/two\nlines.png'), await drawnPhoto().png().toBuffer());
    expect((await ask(pathOf('two%0Alines.png'))).status).toBe(200);
    expect((await ask('/two%0Alines.png')).status).toBe(404);
  });

  it.each([...NAMES, 'scan.tiff', 'telephone.heic'])('finds %s in a data folder', async (name) => {
    expect((await ask(pathOf(name), ofDataFolder)).status).toBe(200);
  });

  it.each(['notes.txt', 'no extension'])('follows the rule for names of a data folder: %s', async (name) => {
    expect((await ask(pathOf(name), ofDataFolder)).status).toBe(404);
  });

  it('makes images smaller and upright, and leaves all metadata out', async () => {
    const sizes = await Promise.all(
      ['?w=320', '?w=960', ''].map(async (width) => {
        const image = await sharp((await ask(`/a.jpg${width}`)).body).metadata();
        expect([image.exif, image.icc, image.xmp, image.orientation]).toEqual([
          undefined,
          undefined,
          undefined,
          undefined,
        ]);
        return [image.width, image.height];
      }),
    );
    expect(sizes).toEqual([
      [320, 640],
      [800, 1600],
      [800, 1600],
    ]);
  });

  it.each(['/a.jpg?w=0', '/a.jpg?w=5000', '/a.jpg?w=', '/a.jpg?w=320.0', '/a.jpg?w=-320'])(
    'knows no width of %s',
    async (path) => {
      expect((await ask(path)).status).toBe(404);
    },
  );

  it('answers that nothing changed', async () => {
    const { etag, body } = await ask('/a.jpg?w=320');
    expect(etag).toMatch(new RegExp(`^"[0-9a-f]{32}-${renditionMaker(320)}"$`));
    const again = await ask('/a.jpg?w=320', server, { 'if-none-match': etag });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect((await ask('/a.jpg?w=960')).etag).not.toBe(etag);
    expect((await ask('/a.jpg?w=320')).body).toEqual(body);
  });

  it('keeps what it made by the content of the file', async () => {
    writeFileSync(join(folder, 'images/b.png'), await patches(5, 640, 400).png().toBuffer());
    const before = await ask('/b.png?w=320');
    writeFileSync(join(folder, 'images/c.png'), await patches(5, 640, 400).png().toBuffer());
    const shelves = () => readdirSync(join(cache, 'webp-320@1'), { recursive: true }).length;
    const kept = shelves();
    expect((await ask('/c.png?w=320')).body).toEqual(before.body);
    expect(shelves()).toBe(kept);
    writeFileSync(join(folder, 'images/b.png'), await patches(6, 640, 400).png().toBuffer());
    expect((await ask('/b.png?w=320')).etag).not.toBe(before.etag);
    const later = new Renditions(new RenditionCache(cache, 2 ** 30), log);
    expect((await later.of(join(folder, 'images/c.png'), '320'))?.webp).toEqual(new Uint8Array(before.body));
    await later.close();
  });

  it('serves an image that cannot be kept, and says why in the log', async () => {
    writeFileSync(join(folder, 'no-folder'), '');
    const nowhere = new Renditions(new RenditionCache(join(folder, 'no-folder'), 2 ** 30), log);
    for (const width of ['320', '960']) {
      expect(await nowhere.of(join(folder, 'images/a.jpg'), width)).toBeDefined();
    }
    expect(faults).toEqual([{ err: expect.objectContaining({ name: 'AppError' }) }]);
    await nowhere.close();
  });

  it('shares the work of requests for the same image', async () => {
    writeFileSync(join(folder, 'images/many.png'), await patches(7, 1500, 1000).png().toBuffer());
    const all = await Promise.all(Array.from({ length: 30 }, () => ask('/many.png?w=960')));
    expect(new Set(all.map(({ status, etag }) => `${status} ${etag}`)).size).toBe(1);
    expect(all[0]?.status).toBe(200);
  });

  it.each([
    '/',
    '/notes.txt',
    '/page.html',
    '/text.jpg',
    '/cut.jpg?w=320',
    '/.hidden.png',
    '/missing.png',
    '/sub/x.png',
    '/../secret.png',
    '/sub/../../secret.png',
    '/..%2fsecret.png',
    '/%2e%2e/secret.png',
    '/%2e%2e%2fsecret.png',
    '/..%5csecret.png',
    '//a.jpg',
    '/a.jpg/',
    '/a.jpg%00.png',
    '/%zz.png',
    '/a%252ejpg',
  ])('does not serve %s', async (path) => {
    for (const service of [server, withOriginals, ofDataFolder]) {
      const { status, body } = await ask(path, service);
      expect(status).toBe(404);
      expect(body.toString('latin1')).not.toMatch(/secret/);
    }
  });

  it('serves the files themselves where that is wanted', async () => {
    const original = await ask('/a.jpg', withOriginals);
    expect([original.status, original.type]).toEqual([200, 'image/jpeg']);
    expect(original.body).toEqual(jpeg);
    const again = await ask('/a.jpg', withOriginals, { 'if-none-match': original.etag });
    expect(again.status).toBe(304);
    expect((await ask('/gr%C3%B6%C3%9Fe.svg', withOriginals)).type).toBe('image/svg+xml');
    expect((await ask('/a.jpg?w=320', withOriginals)).type).toBe('image/webp');
    expect((await ask('/b.avif', withOriginals)).type).toBe('image/avif');
    // Browsers do not show these.
    for (const name of ['scan.tiff', 'telephone.heic']) {
      expect((await ask(`/${name}`, withOriginals)).status).toBe(404);
    }
  });

  it('reports a missing folder', () => {
    expect(() => imagesOfFolder(join(folder, 'nothing'))).toThrow(
      expect.objectContaining({ code: 'file_missing' }),
    );
  });
});
