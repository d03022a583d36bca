import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drawnPhoto, drawnSvg, patches, putPhoto } from '../../test/support/drawn-photos.ts';
import { describePhoto } from './facts/photo-metadata.ts';
import { ScanRecord } from './memory/scan-record.ts';
import { collectPhotos } from './photo-collection.ts';
import type { PhotoProblem } from './photo-problem.ts';
import { DEFAULT_LIMITS } from './read/photo-limits.ts';
import { type Photo, readerName, type ScanOptions, scanPhotos } from './scan-photos.ts';

const FORM = { size: 32, fit: 'fill', kernel: 'linear' } as const;
let folder = '';
let images = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scan-photos-'));
  images = join(folder, 'images');
  mkdirSync(images);
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, bytes: Uint8Array | string | Promise<Buffer>) => putPhoto(images, name, bytes);

interface Result {
  readonly photos: Photo[];
  readonly problems: PhotoProblem[];
  readonly others: string[];
  /** Names of the photographs whose pixels came. */
  readonly pixels: string[];
}

async function scan(options: Partial<ScanOptions> & { readonly stopAfter?: number } = {}): Promise<Result> {
  const { stopAfter = Number.POSITIVE_INFINITY, gps = false, ...rest } = options;
  const record = await ScanRecord.open(join(folder, 'record.jsonl'), readerName({ form: FORM, gps }));
  const result: Result = { photos: [], problems: [], others: [], pixels: [] };
  for await (const found of scanPhotos({
    source: images,
    form: FORM,
    limits: DEFAULT_LIMITS,
    record,
    gps,
    ...rest,
  })) {
    if (found.kind === 'problem') result.problems.push(found.problem);
    else if (found.kind === 'other') result.others.push(found.name);
    else {
      result.photos.push(found.photo);
      if (found.pixels !== undefined) {
        expect(found.pixels.rgb.length).toBe(3 * 32 * 32);
        result.pixels.push(found.photo.name);
      }
    }
    if (result.photos.length >= stopAfter) break;
  }
  return result;
}

const names = ({ photos }: Result) => photos.map(({ name }) => name);
const codes = ({ problems }: Result) => Object.fromEntries(problems.map(({ path, code }) => [path, code]));

/** Changes what is remembered of a file: where the change shows, the file was not read. */
function markRecord(name: string): void {
  const path = join(folder, 'record.jsonl');
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) =>
      line.includes(`"name":${JSON.stringify(name)}`) ? line.replace(/"width":\d+/, '"width":4321') : line,
    );
  writeFileSync(path, lines.join('\n'));
}
const marked = ({ photos }: Result) =>
  photos.filter(({ inspection }) => inspection.width === 4321).map(({ name }) => name);

describe('scanPhotos', () => {
  it('reads what can be read, and lists the rest with its reason', async () => {
    const jpeg = await drawnPhoto().jpeg().toBuffer();
    await put('good/misnamed.png', jpeg);
    await put('good/without extension', patches(1).webp().toBuffer());
    await put('good/drawing.svg', drawnSvg());
    await put('good/two\nlines.jpg', patches(2).jpeg().toBuffer());
    await put('bad/cut.jpg', jpeg.subarray(0, jpeg.length >> 1));
    await put('bad/empty.jpg', '');
    await put('bad/large.bmp.jpg', Buffer.concat([jpeg, Buffer.alloc(200_000)]));
    await put('bad/text.jpg', 'this is a text');
    await put('bad/film.heic', '\0\0\0\x18ftypqt  ');
    await put('bad/wide.svg', drawnSvg(50_000, 50_000));
    await put('notes.txt', 'nothing');
    await put('empty', '');
    mkdirSync(join(images, 'folder.jpg'));
    if (process.platform !== 'win32') execFileSync('mkfifo', [join(images, 'bad/pipe.jpg')]);

    const result = await scan({ limits: { ...DEFAULT_LIMITS, bytes: 150_000 } });
    expect(names(result)).toEqual([
      'good/drawing.svg',
      'good/misnamed.png',
      'good/two%0Alines.jpg',
      'good/without extension',
    ]);
    expect(result.photos.map(({ inspection }) => inspection.format)).toEqual(['svg', 'jpeg', 'jpeg', 'webp']);
    expect(codes(result)).toEqual({
      'bad/cut.jpg': 'damaged',
      'bad/empty.jpg': 'empty',
      'bad/film.heic': 'not_an_image',
      'bad/large.bmp.jpg': 'too_many_bytes',
      ...(process.platform === 'win32' ? {} : { 'bad/pipe.jpg': 'not_a_file' }),
      'bad/text.jpg': 'not_an_image',
      'bad/wide.svg': 'too_many_pixels',
    });
    for (const { reason } of result.problems) expect(reason).toMatch(/\w{3}/);
    expect(result.others).toEqual(['empty', 'notes.txt']);
  });

  it('keeps the order of names, whatever takes longer', async () => {
    await put('1.png', patches(1, 1500, 1000).png().toBuffer());
    for (let at = 2; at < 9; at++) await put(`${at}.png`, patches(at, 20, 20).png().toBuffer());
    expect(names(await scan({ concurrency: 4 }))).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((at) => `${at}.png`));
  });

  it('reads a file again only if its state changed', async () => {
    for (const at of [1, 2, 3, 4]) await put(`${at}.png`, patches(at).png().toBuffer());
    await put('notes.txt', 'text');
    const first = await scan();
    for (const at of [1, 2, 3, 4]) markRecord(`${at}.png`);
    await put('2.png', patches(20).png().toBuffer());
    renameSync(join(images, '3.png'), join(images, '5.png'));
    unlinkSync(join(images, '4.png'));
    const second = await scan();
    expect(names(second)).toEqual(['1.png', '2.png', '5.png']);
    expect(marked(second)).toEqual(['1.png']);
    expect(second.photos[1]?.inspection.sha256).not.toBe(first.photos[1]?.inspection.sha256);
    // The same content has the same hash under any name.
    expect(second.photos[2]?.inspection).toEqual(first.photos[2]?.inspection);
    expect(second.others).toEqual(['notes.txt']);
    expect(readFileSync(join(folder, 'record.jsonl'), 'utf8')).not.toContain('4.png');
  });

  it('does not trust the times of a file that changed just now', async () => {
    await put('1.png', patches(1).png().toBuffer());
    utimesSync(join(images, '1.png'), new Date(), new Date());
    await scan();
    expect(readFileSync(join(folder, 'record.jsonl'), 'utf8')).not.toContain('1.png');
  });

  it('reads everything again for another reader, and what is beyond new limits', async () => {
    await put('1.png', patches(1).png().toBuffer());
    await scan();
    markRecord('1.png');
    expect(marked(await scan())).toEqual(['1.png']);
    expect(codes(await scan({ limits: { ...DEFAULT_LIMITS, bytes: 10 } }))).toEqual({
      '1.png': 'too_many_bytes',
    });
    expect(marked(await scan({ gps: true }))).toEqual([]);
  });

  it('continues after it was stopped, and after its record was damaged', async () => {
    for (let at = 0; at < 9; at++) await put(`${at}.png`, patches(at).png().toBuffer());
    expect(names(await scan({ stopAfter: 3, concurrency: 1 }))).toHaveLength(3);
    for (let at = 0; at < 9; at++) markRecord(`${at}.png`);
    const second = await scan();
    expect(names(second)).toHaveLength(9);
    expect(marked(second)).toEqual(expect.arrayContaining(['0.png', '1.png', '2.png']));
    const record = join(folder, 'record.jsonl');
    truncateSync(record, readFileSync(record).length - 30);
    expect(names(await scan())).toHaveLength(9);
    writeFileSync(record, 'not a record');
    expect(marked(await scan())).toEqual([]);
  });

  it('stops when it is aborted', async () => {
    for (let at = 0; at < 9; at++) await put(`${at}.png`, patches(at).png().toBuffer());
    const stop = new AbortController();
    const scanning = scan({
      concurrency: 1,
      signal: stop.signal,
      pixelsFor: () => {
        stop.abort(new Error('enough'));
        return false;
      },
    });
    await expect(scanning).rejects.toThrow('enough');
  });

  it('gives pixels once for each content that needs them', async () => {
    const bytes = await patches(1).png().toBuffer();
    await put('1.png', bytes);
    await put('2.png', patches(2).png().toBuffer());
    await put('copy.png', bytes);
    const known = await scan();
    expect(known.pixels).toEqual([]);
    const [first, second] = known.photos;
    const some = await scan({ pixelsFor: (sha256) => sha256 === first?.inspection.sha256 });
    expect(some.photos).toEqual(known.photos);
    expect(some.pixels).toHaveLength(1);
    expect(['1.png', 'copy.png']).toContain(some.pixels[0]);
    expect((await scan({ pixelsFor: (sha256) => sha256 === second?.inspection.sha256 })).pixels).toEqual([
      '2.png',
    ]);
  });

  it('reads HEIC', async () => {
    copyFileSync(join(import.meta.dirname, 'fixtures/drawn-display-p3.heic'), join(images, 'telephone.jpg'));
    const [photo] = (await scan()).photos;
    expect(photo?.inspection).toMatchObject({ format: 'heic', width: 320, height: 240 });
  });

  it.skipIf(!existsSync('../shared/photos/images'))('reads photographs as they are', async () => {
    const { photos, problems } = await scan({ source: '../shared/photos/images' });
    expect([photos.length, problems]).toEqual([readdirSync('../shared/photos/images').length, []]);
    expect(new Set(photos.map(({ inspection }) => `${inspection.width} ${inspection.height}`))).toEqual(
      new Set(['224 224']),
    );
    expect(collectPhotos(photos).filter(({ alike }) => alike !== undefined)).toEqual([]);
  });
});

describe('photographs at addresses', () => {
  let server: Server;
  let url = '';
  let asked: string[] = [];
  let image = Buffer.alloc(0);
  beforeEach(async () => {
    asked = [];
    image = await patches(1).png().toBuffer();
    server = createServer((request, response) => {
      const etag = `"${image.length}"`;
      asked.push(`${request.url} ${request.headers['if-none-match'] ?? ''}`.trim());
      if (request.url === '/image.png' && request.headers['if-none-match'] === etag)
        response.writeHead(304).end();
      else if (request.url === '/image.png') response.writeHead(200, { etag }).end(image);
      else if (request.url === '/moved.png') response.writeHead(302, { location: '/image.png' }).end();
      else if (request.url === '/large.png')
        response.writeHead(200).end(Buffer.concat([image, Buffer.alloc(50_000)]));
      else if (request.url === '/cut.png') {
        response
          .writeHead(200, { 'content-length': image.length })
          .write(image.subarray(0, 100), () => response.destroy());
      } else if (request.url === '/page.png')
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
      else response.writeHead(request.url === '/fault.png' ? 500 : 404).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('are loaded within the limits, and again only if they changed', async () => {
    const paths = ['image', 'moved', 'large', 'cut', 'page', 'fault', 'gone'];
    const list = join(folder, 'list.jsonl');
    writeFileSync(
      list,
      paths.map((path) => `${JSON.stringify({ id: path, url: `${url}/${path}.png` })}\n`).join(''),
    );
    const options = { source: list, limits: { ...DEFAULT_LIMITS, bytes: 40_000 } };
    const first = await scan(options);
    expect(first.photos.map(({ id }) => id)).toEqual(['image', 'moved']);
    expect(codes(first)).toEqual({
      [`${url}/large.png`]: 'too_many_bytes',
      [`${url}/cut.png`]: 'unreachable',
      [`${url}/page.png`]: 'not_an_image',
      [`${url}/fault.png`]: 'unreachable',
      [`${url}/gone.png`]: 'missing',
    });
    asked = [];
    expect((await scan(options)).photos).toEqual(first.photos);
    expect(asked).toContain(`/image.png "${image.length}"`);
    image = await patches(2).png().toBuffer();
    expect((await scan(options)).photos[0]?.inspection.sha256).not.toBe(first.photos[0]?.inspection.sha256);
  });

  it('that lead nowhere are problems', async () => {
    const list = join(folder, 'list.jsonl');
    writeFileSync(list, `{"url": "http://127.0.0.1:1/a.png"}\n{"path": "missing.jpg"}\n{"path": "images"}\n`);
    expect(codes(await scan({ source: list }))).toEqual({
      'http://127.0.0.1:1/a.png': 'unreachable',
      'missing.jpg': 'missing',
      images: 'not_a_file',
    });
  });
});

describe('a collection of photographs', () => {
  it('has the same bytes once, and says what looks alike', async () => {
    const bytes = await patches(1, 300, 200).png().toBuffer();
    await put('trip/a.png', bytes);
    await put('trip/b.png', patches(2).png().toBuffer());
    await put('trip/copies/c.png', bytes);
    await put('trip/small.jpg', patches(1, 150, 100).jpeg().toBuffer());
    const collected = collectPhotos((await scan()).photos);
    expect(collected.map(({ name, copies, alike }) => [name, copies, alike])).toEqual([
      ['trip/a.png', ['trip/copies/c.png'], 'trip/a.png'],
      ['trip/b.png', [], undefined],
      ['trip/small.jpg', [], 'trip/a.png'],
    ]);
  });

  it('does not say where files outside of the folder of their list lie', async () => {
    const bytes = await patches(1, 300, 200).png().toBuffer();
    for (const name of ['secret/a.png', 'secret/b.png', 'lists/.private/c.png', 'lists/d.png'])
      await put(name, bytes);
    await put('secret/small.jpg', patches(1, 150, 100).jpeg().toBuffer());
    const list = join(images, 'lists/list.csv');
    const paths = [join(images, 'secret/a.png'), '../secret/b.png', '.private/c.png', 'd.png', './d.png'];
    writeFileSync(list, ['path', ...paths, '../secret/small.jpg'].join('\n'));
    const collected = collectPhotos((await scan({ source: list })).photos);
    const name = (last: string) => expect.stringMatching(new RegExp(`^[0-9a-f]{16}/${last}$`));
    expect(collected.map(describePhoto).map(({ metadata }) => metadata)).toEqual([
      {
        format: 'png',
        bytes: bytes.length,
        copies: [name('b.png'), name('c.png'), 'd.png'],
        alike: name('a.png'),
      },
      { format: 'jpeg', bytes: expect.any(Number), alike: name('a.png') },
    ]);
    expect(JSON.stringify(collected.map(describePhoto))).not.toMatch(/secret|private/);
  });

  it('describes a photograph by its file, its folders and its list', async () => {
    await put(
      'trip/day 1/a.jpg',
      drawnPhoto()
        .withExif({ IFD0: { Model: 'X100', ImageDescription: 'a drawing' } })
        .jpeg()
        .toBuffer(),
    );
    const [own] = collectPhotos((await scan()).photos);
    expect(own && describePhoto(own)).toEqual({
      captions: [],
      metadata: {
        format: 'jpeg',
        bytes: expect.any(Number),
        description: 'a drawing',
        camera: 'X100',
        folders: ['trip', 'day 1'],
      },
    });
    const list = join(folder, 'list.jsonl');
    const file = join(images, 'trip/day 1/a.jpg');
    writeFileSync(
      list,
      JSON.stringify({ id: 'A', path: file, caption: 'four colours', metadata: { camera: 'mine' } }),
    );
    const [listed] = collectPhotos((await scan({ source: list })).photos);
    expect(listed && describePhoto(listed)).toEqual({
      captions: ['four colours'],
      metadata: {
        id: 'A',
        format: 'jpeg',
        bytes: expect.any(Number),
        description: 'a drawing',
        camera: 'mine',
      },
    });
  });
});
