import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { patches, putPhoto } from '../../test/support/drawn-photos.ts';
import { fingerprintSplit } from '../data/fingerprint-split.ts';
import { openSplit } from '../data/open-split.ts';
import { describePhotos } from '../features/photo-regions/describe-photos.ts';
import { PHOTO_FORM } from '../features/photo-regions/photo-network.ts';
import { HeicDecoder } from '../photos/heic/heic-decoder.ts';
import { silentReport } from '../report.ts';
import { estimateExtraction } from './estimate-extraction.ts';
import { type ExtractOptions, extractPhotos, photoFeatureIdentity } from './extract-photos.ts';
import { FEATURE_BYTES, networkFeatures } from './network-features.ts';

const heic = readFileSync(join(import.meta.dirname, '../photos/fixtures/drawn-display-p3.heic'));
let root = '';
let images = '';
let data = '';
let cache = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'extract-photos-'));
  [images, data, cache] = ['images', 'data', 'cache'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(images);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true });
});

const put = (name: string, bytes: Uint8Array | string | Promise<Buffer>) => putPhoto(images, name, bytes);

const drawn = (seed: number) => patches(seed).png().toBuffer();

function extract(options: Partial<ExtractOptions> = {}) {
  return extractPhotos(
    { source: images, data, split: 'test', cache, processes: 2, ...options },
    silentReport,
  );
}

const lines = (name: string) =>
  readFileSync(join(data, `test_${name}`), 'utf8')
    .trimEnd()
    .split('\n');

/** Every file that the cache has of features. */
function keptFeatures(): string[] {
  const folder = readdirSync(cache).find((name) => name.startsWith('photo-regions')) ?? '';
  return readdirSync(join(cache, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.bin'))
    .map((name) => join(cache, folder, name));
}

describe('extractPhotos', () => {
  it('makes a data folder of a list, with what is said and known of each photograph', async () => {
    for (const seed of [1, 2, 3]) await put(`sub/${seed}.png`, drawn(seed));
    const list = join(images, 'list.jsonl');
    const entries = [
      { path: 'sub/1.png', caption: ['two\nlines ', 'a red patch'], metadata: { place: 'here' } },
      { path: 'sub/2.png' },
      { path: 'sub/3.png', alt: 'a blue patch' },
      { id: 'again', path: 'sub/3.png', caption: 'a green patch' },
    ];
    writeFileSync(list, entries.map((entry) => JSON.stringify(entry)).join('\n'));
    const result = await extract({ source: list });
    expect(result).toMatchObject({ images: 3, copies: 1, captions: 4, described: 3, written: true });
    const split = await openSplit(data, 'test');
    try {
      expect(split.features).toEqual(await photoFeatureIdentity());
      expect([split.images, split.regions, split.featureSize, split.whole?.size]).toEqual([
        3, 36, 1280, 3912,
      ]);
      expect(split.imageNames).toEqual(['sub/1.png', 'sub/2.png', 'sub/3.png']);
      expect(split.captionTexts).toEqual(['two lines', 'a red patch', 'a blue patch', 'a green patch']);
      expect([...split.captionImages]).toEqual([0, 0, 2, 2]);
      expect(split.metadata?.[0]).toMatchObject({ format: 'png', folders: ['sub'], place: 'here' });
      expect([...split.sizes]).toEqual([96, 64, 96, 64, 96, 64]);
      expect(split.notes).toEqual([]);

      const { size, fit, kernel } = PHOTO_FORM;
      const rgb = await sharp(await drawn(2))
        .resize(size, size, { fit, kernel })
        .raw()
        .toBuffer();
      for await (const { description } of describePhotos([{ rgb }], { processes: 1 })) {
        const { pooled, stages, classes, regions } = description;
        const whole = await split.whole?.read(1, 2);
        const expected = [...pooled, ...stages, ...classes];
        expect(whole).toHaveLength(expected.length);
        expect(
          Math.max(...expected.map((value, at) => Math.abs(value - (whole?.[at] ?? Number.NaN)))),
        ).toBeLessThan(1e-6);
        const found = await split.readFeatures(1, 2);
        // Half floats of numbers from 0 to 6.
        expect(Math.max(...found.map((value, at) => Math.abs(value - (regions[at] ?? 0))))).toBeLessThan(
          0.002,
        );
      }
    } finally {
      await split.close();
    }
  });

  it('describes what was added or changed, and nothing that was moved, copied or removed', async () => {
    for (const seed of [1, 2, 3]) await put(`${seed}.png`, drawn(seed));
    expect(await extract()).toMatchObject({ images: 3, described: 3, written: true });
    const before = await fingerprintSplit(data, 'test');
    expect(await extract()).toMatchObject({ images: 3, described: 0, written: false });
    expect(await fingerprintSplit(data, 'test')).toBe(before);

    await put('4.png', drawn(4));
    await put('2.png', drawn(5));
    mkdirSync(join(images, 'moved'));
    renameSync(join(images, '1.png'), join(images, 'moved', '1.png'));
    writeFileSync(join(images, '5.png'), await drawn(4));
    rmSync(join(images, '3.png'));
    expect(await extract()).toMatchObject({ images: 3, copies: 1, described: 2, written: true });
    expect(lines('images.txt')).toEqual(['2.png', '4.png', 'moved/1.png']);
    await put('3.png', drawn(3));
    expect(await extract()).toMatchObject({ images: 4, described: 0, written: true });
  });

  it('takes word ids and parses away when captions change', async () => {
    await put('1.png', drawn(1));
    const list = join(images, 'list.csv');
    const caption = (text: string) => writeFileSync(list, `path,caption\n1.png,${text}\n`);
    caption('one');
    await extract({ source: list });
    writeFileSync(join(data, 'test_precaps_stan.txt'), '1,4,2\n');
    expect(await extract({ source: list })).toMatchObject({ written: false });
    expect(existsSync(join(data, 'test_precaps_stan.txt'))).toBe(true);
    caption('another');
    expect(await extract({ source: list })).toMatchObject({ described: 0, written: true });
    expect(lines('caps.txt')).toEqual(['another']);
    expect(existsSync(join(data, 'test_precaps_stan.txt'))).toBe(false);
    caption('');
    await extract({ source: list });
    expect(existsSync(join(data, 'test_caps.txt'))).toBe(false);
    expect(existsSync(join(data, 'test_caption_images.txt'))).toBe(false);
  });

  it('describes again what is damaged in the cache', async () => {
    for (const seed of [1, 2, 3]) await put(`${seed}.png`, drawn(seed));
    await extract();
    const before = await fingerprintSplit(data, 'test');
    const kept = keptFeatures();
    expect(kept).toHaveLength(3);
    truncateSync(kept[1] ?? '', 1000);
    rmSync(join(data, 'test_ims.npy'));
    const warnings: string[] = [];
    const result = await extractPhotos(
      { source: images, data, split: 'test', cache, processes: 2 },
      { ...silentReport, warn: (line) => warnings.push(line) },
    );
    expect(result).toMatchObject({ described: 1, written: true });
    expect(warnings).toEqual([expect.stringContaining('damaged')]);
    expect(await fingerprintSplit(data, 'test')).toBe(before);
  });

  it('lists every kind of file that cannot be read, and goes on', async () => {
    await put('sound.png', drawn(1));
    const sound = await patches(2, 400, 300).jpeg().toBuffer();
    await put('truncated.jpg', sound.subarray(0, sound.length / 2));
    await put('empty.png', '');
    await put('text.jpg', 'no image');
    await put('huge.png', patches(3, 500, 400).png().toBuffer());
    await put('notes.txt', 'not an image, and no problem');
    mkdirSync(join(images, 'folder.jpg'));
    execFileSync('ln', ['-s', 'nowhere', join(images, 'link.jpg')]);
    execFileSync('mkfifo', [join(images, 'pipe.jpg')]);
    await put('.hidden/1.png', drawn(4));
    const limits = { bytes: 2 ** 20, pixels: 150_000, seconds: 60 };
    const result = await extract({ limits });
    expect(result).toMatchObject({ images: 1, written: true });
    const listed = readFileSync(result.problemsFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { path: string; code: string });
    expect(Object.fromEntries(listed.map(({ path, code }) => [path, code]))).toEqual({
      'truncated.jpg': 'damaged',
      'empty.png': 'empty',
      'text.jpg': 'not_an_image',
      'huge.png': 'too_many_pixels',
      'link.jpg': 'missing',
      'pipe.jpg': 'not_a_file',
    });
  });

  it('says so if there is nothing to describe', async () => {
    await put('text.jpg', 'no image');
    await expect(extract()).rejects.toMatchObject({
      code: 'file_missing',
      hint: expect.stringContaining('problems.jsonl'),
    });
    expect(existsSync(data)).toBe(false);
  });

  it('keeps what it has described when it is stopped', async () => {
    for (let seed = 1; seed <= 12; seed++) await put(`${seed}.png`, drawn(seed));
    const stop = new AbortController();
    const stopping = {
      ...silentReport,
      stage: <T>(_: string, _unit: string, work: (onProgress: (done: number) => void) => Promise<T>) =>
        work((done) => {
          if (done >= 3) stop.abort(new Error('stopped'));
        }),
    };
    const options = { source: images, data, split: 'test', cache, processes: 1, signal: stop.signal };
    await expect(extractPhotos(options, stopping)).rejects.toThrow('stopped');
    expect(existsSync(data)).toBe(false);
    const kept = keptFeatures().length;
    expect(kept).toBeGreaterThanOrEqual(3);
    expect(kept).toBeLessThan(12);
    expect(await extract()).toMatchObject({ images: 12, described: 12 - kept });
  });
});

describe('estimateExtraction', () => {
  const estimate = async () =>
    estimateExtraction({
      source: images,
      cache,
      limits: { bytes: 2 ** 20, pixels: 1e6, seconds: 60 },
      gps: false,
      maker: await networkFeatures({ processes: 1 }),
    });

  it('counts and measures what is not known, and writes nothing', async () => {
    for (let seed = 1; seed <= 4; seed++) await put(`${seed}.png`, drawn(seed));
    const { rate = 0, seconds = 0, ...rest } = await estimate();
    expect(rest).toEqual({ files: 4, unknown: 4, withoutDecoder: 0, bytes: 8 * FEATURE_BYTES });
    expect(rate).toBeGreaterThan(0);
    expect(seconds).toBeCloseTo(4 / rate);
    expect(existsSync(cache)).toBe(false);
    await extract();
    await put('5.png', 'no image');
    expect(await estimate()).toEqual({
      files: 5,
      unknown: 1,
      withoutDecoder: 0,
      rate: undefined,
      seconds: undefined,
      bytes: 6 * FEATURE_BYTES,
    });
    rmSync(join(images, '5.png'));
    expect(await estimate()).toMatchObject({ files: 4, unknown: 0, seconds: 0 });
  });

  it('measures HEIC, and leaves out what extraction has no decoder for', async () => {
    for (const name of ['1.heic', '2.jpg', '3.heic']) await put(name, heic);
    const { rate = 0 } = await estimate();
    expect(rate).toBeGreaterThan(0);
    await put('4.png', drawn(4));
    await put('5.avif', patches(5).avif().toBuffer());
    vi.spyOn(HeicDecoder, 'isInstalled').mockReturnValue(false);
    expect(await estimate()).toMatchObject({
      files: 2,
      unknown: 2,
      withoutDecoder: 3,
      bytes: 4 * FEATURE_BYTES,
    });
    const { images: described, problems } = await extract();
    expect([described, problems.map(({ code }) => code)]).toEqual([2, Array(3).fill('decoder_missing')]);
    expect(await estimate()).toMatchObject({ files: 2, unknown: 0, withoutDecoder: 3 });
    // What was described while there was a decoder needs none any more.
    vi.restoreAllMocks();
    await extract();
    vi.spyOn(HeicDecoder, 'isInstalled').mockReturnValue(false);
    expect(await estimate()).toMatchObject({ files: 5, unknown: 0, withoutDecoder: 0 });
  });
});
