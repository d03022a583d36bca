import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { randomNumbers, seededRandom } from '../../test/support/random.ts';
import { fingerprintSplit } from '../data/fingerprint-split.ts';
import { featureIdentity } from '../features/feature-source.ts';
import { MAP_CHANNELS, WHOLE_SIZE } from '../features/photo-regions/photo-network.ts';
import { photoRegionsOf } from '../features/photo-regions/photo-regions.ts';
import type { CollectedPhoto } from '../photos/photo-collection.ts';
import { writePhotoSplit } from './photo-split.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'photo-split-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const identity = featureIdentity(photoRegionsOf('0'.repeat(64)));
const whole = randomNumbers(seededRandom(1), WHOLE_SIZE);
const regions = new Uint16Array(identity.regions * MAP_CHANNELS).fill(15360);
const featuresOf = vi.fn(async () => ({ whole, regions }));

function photo(name: string, captions: readonly string[]): CollectedPhoto {
  return {
    id: name,
    name,
    location: { path: `/photographs/${name}` },
    given: { captions },
    inspection: { sha256: '1'.repeat(64), format: 'png', bytes: 10, width: 96, height: 64, facts: {} },
    copies: [],
  };
}

const write = (photos = [photo('1.png', ['a red patch']), photo('2.png', [])]) =>
  writePhotoSplit({ folder, split: 'test', photos, identity, wholeSize: WHOLE_SIZE, featuresOf });
const file = (name: string) => join(folder, `test_${name}`);

/** Changes a file, but not its size. */
function zeroEnd(path: string): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0, bytes.length - 100));
}

it.each([
  ...['ims.npy', 'ims_whole.npy', 'ims_bbx.npy', 'ims_size.npy', 'features.json', 'images.txt'].map(
    (name) => ['lost', name, rmSync] as const,
  ),
  ...['ims.npy', 'ims_whole.npy', 'caps.txt', 'metadata.jsonl'].map(
    (name) => ['cut', name, (path: string) => truncateSync(path, 9)] as const,
  ),
  ['changed', 'ims_whole.npy', zeroEnd] as const,
  ['changed', 'caps.txt', (path: string) => writeFileSync(path, Buffer.of(0xff))] as const,
  ['changed', 'photographs.json', (path: string) => writeFileSync(path, 'no JSON')] as const,
])('writes a split again of which a file was %s: %s', async (_, name, damage) => {
  expect(await write()).toBe(true);
  const before = await fingerprintSplit(folder, 'test');
  expect(await write()).toBe(false);
  damage(file(name));
  expect(await write()).toBe(true);
  expect(await fingerprintSplit(folder, 'test')).toBe(before);
  expect(await write()).toBe(false);
});

it('keeps word ids and parses of captions that are the same, and removes those of others', async () => {
  await write();
  for (const name of ['precaps_stan.txt', 'caps.json']) writeFileSync(file(name), 'made of captions');
  // Nothing of what was made from photographs has changed.
  expect(await write()).toBe(false);
  rmSync(file('ims_whole.npy'));
  expect(await write()).toBe(true);
  expect(existsSync(file('precaps_stan.txt')) && existsSync(file('caps.json'))).toBe(true);
  expect(await write([photo('1.png', ['a blue patch'])])).toBe(true);
  expect(existsSync(file('precaps_stan.txt')) || existsSync(file('caps.json'))).toBe(false);
});

it('leaves the split as it is if features cannot be had', async () => {
  await write();
  const before = await fingerprintSplit(folder, 'test');
  featuresOf.mockRejectedValueOnce(new Error('lost'));
  await expect(write([photo('3.png', [])])).rejects.toThrow('lost');
  expect(await fingerprintSplit(folder, 'test')).toBe(before);
  expect(await write()).toBe(false);
});
