import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPretrainedEncoder } from '../../shared/platform/pretrained/pretrained-encoder.ts';
import { findPretrainedFiles } from '../../shared/platform/pretrained/pretrained-files.ts';
import { patches, putPhoto } from '../../test/support/drawn-photos.ts';
import { openSplit } from '../data/open-split.ts';
import { openPretrainedRegions } from '../features/pretrained-regions/pretrained-regions.ts';
import { decodePixels } from '../photos/read/decode-pixels.ts';
import { openPhoto } from '../photos/read/open-photo.ts';
import { DEFAULT_LIMITS } from '../photos/read/photo-limits.ts';
import { type Report, silentReport } from '../report.ts';
import { estimateExtraction } from './estimate-extraction.ts';
import { extractPhotos } from './extract-photos.ts';
import { FEATURE_BYTES, networkFeatures } from './network-features.ts';
import { pretrainedFeatures } from './pretrained-features.ts';

const FIXTURES = join(import.meta.dirname, '../../test/fixtures/pretrained');
const SHARED = join(import.meta.dirname, '../../../shared/models');
/** None without ../shared/models. */
const SHARED_MODELS = ['tiny-clip', 'tiny-siglip'].filter((name) => existsSync(join(SHARED, name)));

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'pretrained-features-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const drawn = (seed: number) => patches(seed, 120, 80).png().toBuffer();
const path = (name: string) => join(root, name);

async function extract(folder: string, report: Report = silentReport) {
  const maker = await pretrainedFeatures(await findPretrainedFiles(folder));
  const options = { source: path('images'), data: path('data'), split: 'test', cache: path('cache'), maker };
  return extractPhotos(options, report);
}

describe.each([
  ['fixture tiny-clip', join(FIXTURES, 'tiny-clip')] as const,
  ...SHARED_MODELS.map((name) => [`shared ${name}`, join(SHARED, name)] as const),
])('features by the %s', (_, folder) => {
  it('are those of its regions, under their own name, and are made once', async () => {
    for (const seed of [1, 2]) await putPhoto(path('images'), `${seed}.png`, drawn(seed));
    await putPhoto(path('images'), 'copy.png', drawn(1));
    expect(await extract(folder)).toMatchObject({ images: 2, copies: 1, described: 2, written: true });
    const source = await openPretrainedRegions(await findPretrainedFiles(folder));
    const split = await openSplit(path('data'), 'test');
    try {
      expect(split.features).toEqual({
        source: 'pretrained-regions',
        version: 1,
        regions: 36,
        featureSize: source.featureSize,
        weights: source.weights,
      });
      expect(split.whole).toBeUndefined();
      const photo = await openPhoto(await drawn(2), { limits: DEFAULT_LIMITS });
      const expected = await source.describe(await decodePixels(photo, source.form, DEFAULT_LIMITS));
      const found = await split.readFeatures(1, 2);
      expect(found).toHaveLength(expected.length);
      // Half floats of numbers up to 1.
      expect(Math.max(...found.map((value, at) => Math.abs(value - (expected[at] ?? 0))))).toBeLessThan(5e-4);
    } finally {
      await split.close();
      await source.close();
    }
    expect(await extract(folder)).toMatchObject({ described: 0, written: false });
    await putPhoto(path('images'), '3.png', drawn(3));
    expect(await extract(folder)).toMatchObject({ images: 3, described: 1, written: true });
  });
});

describe('features by a pretrained encoder', () => {
  const clip = join(FIXTURES, 'tiny-clip');

  it('continue where they were stopped', async () => {
    for (const seed of [1, 2, 3, 4]) await putPhoto(path('images'), `${seed}.png`, drawn(seed));
    const stopping: Report = {
      ...silentReport,
      stage: (_label, _unit, work) =>
        work((done) => {
          if (done >= 2) throw new Error('stopped');
        }),
    };
    await expect(extract(clip, stopping)).rejects.toThrow('stopped');
    const { described } = await extract(clip);
    expect(described).toBeGreaterThan(0);
    expect(described).toBeLessThan(4);
  });

  it('take the place of others in a data folder, whose descriptions of whole photographs are removed', async () => {
    await putPhoto(path('images'), '1.png', drawn(1));
    const options = { source: path('images'), data: path('data'), split: 'test', cache: path('cache') };
    await extractPhotos({ ...options, processes: 1 }, silentReport);
    expect(existsSync(path('data/test_ims_whole.npy'))).toBe(true);
    expect(await extract(clip)).toMatchObject({ described: 1, written: true });
    expect(existsSync(path('data/test_ims_whole.npy'))).toBe(false);
    // Both are kept.
    expect(await extractPhotos({ ...options, processes: 1 }, silentReport)).toMatchObject({ described: 0 });
    expect(readdirSync(path('cache')).filter((name) => name.includes('-regions@'))).toHaveLength(2);
  });

  it('and its vectors are counted and measured before, apart', async () => {
    for (const seed of [1, 2, 3]) await putPhoto(path('images'), `${seed}.png`, drawn(seed));
    const files = await findPretrainedFiles(clip);
    const [maker, network] = [await pretrainedFeatures(files), await networkFeatures({ processes: 1 })];
    const encoder = await openPretrainedEncoder(files);
    const options = { source: path('images'), cache: path('cache'), limits: DEFAULT_LIMITS, gps: false };
    const alone = await estimateExtraction({ ...options, maker });
    expect(alone).toMatchObject({ files: 3, unknown: 3, bytes: 6 * maker.bytes });
    expect(alone.rate).toBeGreaterThan(0);
    expect(alone.encoding).toBeUndefined();
    const both = await estimateExtraction({ ...options, maker: network, encoder });
    const { rate = 0, encoding, seconds } = both;
    expect(both).toMatchObject({ unknown: 3, bytes: 6 * (FEATURE_BYTES + 4 * encoder.dimensions) });
    expect(encoding?.unknown).toBe(3);
    expect(seconds).toBeCloseTo(3 / rate + 3 / (encoding?.rate ?? 0));
    expect(existsSync(path('cache'))).toBe(false);
    const written = { source: path('images'), data: path('data'), split: 'test', cache: path('cache') };
    await extractPhotos({ ...written, processes: 1 }, silentReport);
    // Described, but not encoded; the photographs that are new lack both.
    await putPhoto(path('images'), '4.png', drawn(4));
    expect(await estimateExtraction({ ...options, maker: network, encoder })).toMatchObject({
      unknown: 1,
      encoding: { unknown: 4 },
    });
    await extractPhotos({ ...written, processes: 1, encoder }, silentReport);
    expect(await estimateExtraction({ ...options, maker: network, encoder })).toMatchObject({
      unknown: 0,
      encoding: { unknown: 0 },
      seconds: 0,
    });
  });
});
