import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../test/support/random.ts';
import { defaultProcesses, describePhotos, type PhotoPixels } from './describe-photos.ts';
import { readClassNames, readPhotoModel } from './model-file.ts';
import { openPhotoNetwork, PHOTO_FORM, WHOLE_PARTS, WHOLE_SIZE } from './photo-network.ts';

const BYTES = PHOTO_FORM.size ** 2 * 3;

/** Noise in blocks, another for each seed. */
function photo(seed: number) {
  const random = seededRandom(seed);
  const colours = Uint8Array.from({ length: 3 * 64 }, () => Math.floor(256 * random()));
  const rgb = Uint8Array.from({ length: BYTES }, (_, index) => {
    const [x, y] = [Math.floor(index / 3) % PHOTO_FORM.size, Math.floor(index / 3 / PHOTO_FORM.size)];
    return colours[3 * (8 * Math.floor(y / 43) + Math.floor(x / 43)) + (index % 3)] ?? 0;
  });
  return { seed, rgb };
}

const photos = (count: number) => Array.from({ length: count }, (_, seed) => photo(seed));

async function all<Photo extends PhotoPixels>(
  given: AsyncIterable<Photo> | Iterable<Photo>,
  options: Parameters<typeof describePhotos>[1] = {},
) {
  const described = [];
  for await (const one of describePhotos(given, { processes: 2, ...options })) described.push(one);
  return described;
}

describe('defaultProcesses', () => {
  it('is one for each core of the processor up to 16, and two for a graphics card', () => {
    expect([1, 3, 16, 64].map((cores) => defaultProcesses('cpu', cores))).toEqual([1, 3, 16, 16]);
    expect([1, 64].map((cores) => defaultProcesses('cuda', cores))).toEqual([2, 2]);
  });
});

describe('describePhotos', () => {
  it('refuses a device that is not there, and takes no other one', async () => {
    const device = process.platform === 'win32' ? 'coreml' : 'dml';
    await expect(all(photos(2), { device })).rejects.toMatchObject({
      code: 'backend_unavailable',
      message: expect.stringContaining(`does not run on ${device}`),
      hint: expect.stringContaining('--device cpu'),
    });
  });

  it('describes each photograph as the network does in this process, in the order given', async () => {
    const given = photos(7);
    const found = await all(given);
    expect(found.map((one) => one.photo.seed)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const network = await openPhotoNetwork((await readPhotoModel()).bytes);
    for (const [row, { description }] of found.entries()) {
      expect([description]).toEqual(await network.describe([given[row]?.rgb ?? new Uint8Array(0)]));
    }
    await network.close();
    const [first] = found;
    expect(first?.description.pooled).toHaveLength(1280);
    expect(first?.description.stages).toHaveLength(1632);
    expect(first?.description.regions).toHaveLength(36 * 1280);
    expect(first?.description.classes.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 4);
    // The whole image is the last region.
    for (const [at, value] of first?.description.regions.slice(-1280).entries() ?? []) {
      expect(value ** 2).toBeCloseTo(first?.description.pooled[at] ?? Number.NaN, 4);
    }
  });

  it('says as many numbers of the whole image as there are places for, and names every class', async () => {
    const [first] = await all(photos(1));
    let end = 0;
    for (const part of ['pooled', 'stages', 'classes'] as const) {
      const { from, to } = WHOLE_PARTS[part];
      expect([part, from, to]).toEqual([part, end, end + (first?.description[part].length ?? 0)]);
      end = to;
    }
    expect(WHOLE_SIZE).toBe(end);
    expect(await readClassNames()).toHaveLength(first?.description.classes.length ?? 0);
  });

  it('gives photographs of a batch their numbers, also those of the last, smaller one', async () => {
    const [alone, together] = [await all(photos(5)), await all(photos(5), { batch: 3 })];
    expect(together.map((one) => one.photo.seed)).toEqual([0, 1, 2, 3, 4]);
    for (const [row, { description }] of together.entries()) {
      for (const [at, value] of description.pooled.entries()) {
        expect(value).toBeCloseTo(alone[row]?.description.pooled[at] ?? Number.NaN, 4);
      }
    }
  });

  it('takes no more photographs than it needs before somebody takes descriptions', async () => {
    let taken = 0;
    async function* source() {
      for (const one of photos(12)) {
        taken++;
        yield one;
      }
    }
    const described = describePhotos(source(), { processes: 1 });
    await described.next();
    expect(taken).toBeLessThanOrEqual(3);
    await described.return(undefined);
  });

  it('passes on what the source of the photographs throws', async () => {
    async function* source() {
      yield photo(1);
      throw new RangeError('no more');
    }
    await expect(all(source())).rejects.toThrow(new RangeError('no more'));
  });

  it('refuses pixels of another form by name, from the process that was sent them', async () => {
    await expect(all([{ rgb: new Uint8Array(BYTES + 1) }])).rejects.toMatchObject({
      code: 'shape_mismatch',
      hint: expect.stringContaining('340 x 340'),
    });
  });

  it('refuses a device that is not there, and a network that is none', async () => {
    const missing = process.platform === 'darwin' ? 'dml' : 'coreml';
    await expect(all(photos(1), { device: missing })).rejects.toMatchObject({
      code: 'backend_unavailable',
      message: expect.stringContaining(missing),
    });
    const model = { bytes: Uint8Array.of(1, 2, 3), sha256: '' };
    await expect(all(photos(1), { model })).rejects.toMatchObject({ code: 'backend_unavailable' });
  });

  it('stops with the reason of the signal', async () => {
    const abort = new AbortController();
    const described = describePhotos(photos(9), { processes: 1, signal: abort.signal });
    await described.next();
    abort.abort(new Error('enough'));
    await expect(
      (async () => {
        for await (const _ of described);
      })(),
    ).rejects.toThrow('enough');
  });
});
