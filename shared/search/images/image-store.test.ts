import process from 'node:process';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { AppError } from '../../errors/index.ts';
import type { ImageGraph, Matcher, PreparedImages } from '../../model/index.ts';
import type { ImageReader } from './cold-images.ts';
import { type ImageStore, openImageStore } from './image-store.ts';

const [PREPARED, STORED] = [100, 24];
const { signal } = new AbortController();

/** Image `i` is the graph whose numbers are `i`. */
function graphOf(id: number): ImageGraph {
  return { nodes: Float32Array.of(id, id), boxes: Float32Array.of(id, id, id, id) };
}

/** A collection of `count` images, and a matcher that knows which prepared images are alive and how large they are. */
function parts(count: number, { matcherBytes = Infinity } = {}) {
  const alive = new Map<PreparedImages, readonly number[]>();
  const gathered = new Map<PreparedImages, readonly PreparedImages[]>();
  const damaged = new Set<number>();
  const peak = { bytes: 0 };
  const prepareImages = vi.fn<Matcher['prepareImages']>(async (images) => {
    await Promise.resolve();
    if ((alive.size + 1) * PREPARED > matcherBytes) throw new AppError('memory_exhausted', 'full');
    const prepared: PreparedImages = {
      count: images.length,
      bytes: PREPARED * images.length,
      dispose: () => void alive.delete(prepared),
    };
    alive.set(
      prepared,
      images.map(({ nodes }) => nodes[0] as number),
    );
    peak.bytes = Math.max(peak.bytes, alive.size * PREPARED);
    return prepared;
  });
  const gather = vi.fn<Matcher['gather']>((batches) => {
    const one: PreparedImages = { count: batches.length, bytes: 0, dispose: () => void gathered.delete(one) };
    gathered.set(one, batches);
    return one;
  });
  const read = vi.fn<ImageReader['read']>(async (from, to) => {
    await Promise.resolve();
    for (let id = from; id < to; id++) {
      if (damaged.has(id)) throw new AppError('checksum_mismatch', `image ${id} is damaged`);
    }
    return Array.from({ length: to - from }, (_, index) => graphOf(from + index));
  });
  const close = vi.fn<ImageReader['close']>(async () => {});
  const reader: ImageReader = {
    count,
    imageBytes: STORED,
    read,
    close,
  };
  const unused = async (): Promise<never> => Promise.reject(new Error('not asked for'));
  const matcher: Matcher = {
    backend: 'none',
    prepareImages,
    gather,
    score: unused,
    scoreLists: unused,
    evidenceOf: unused,
    dispose: async () => {},
  };
  /** The images of a slice; fails if one of them is not available any more. */
  const idsOf = (prepared: PreparedImages): number[] =>
    (gathered.get(prepared) ?? []).map((batch) => {
      const [id] = alive.get(batch) ?? [];
      if (id === undefined) throw new Error('an image in use was disposed of');
      return id;
    });
  return { alive, gathered, damaged, peak, reader, matcher, idsOf, prepareImages, read, close };
}

type Parts = ReturnType<typeof parts>;

/** The images that `work` gets, by their positions, and the number of slices. */
async function used(store: ImageStore, own: Parts, ids: readonly number[]) {
  const found: number[] = [];
  let slices = 0;
  await store.use(ids, signal, async ({ prepared, from }) => {
    slices++;
    for (const [index, id] of own.idsOf(prepared).entries()) found[from + index] = id;
  });
  return { found, slices };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe('images with enough memory', () => {
  it('are prepared once, before any request, and found by all requests', async () => {
    const own = parts(600);
    const progress: [number, number][] = [];
    const store = await openImageStore(own.reader, own.matcher, 600 * PREPARED, {
      onProgress: (...report) => progress.push(report),
    });
    expect(progress).toEqual([
      [256, 600],
      [512, 600],
      [600, 600],
    ]);
    const calls = [own.read.mock.calls.length, own.prepareImages.mock.calls.length];
    const ids = [599, 0, 256, 255, 300, 3, 511];
    expect(await used(store, own, ids)).toEqual({ found: ids, slices: 1 });
    expect([own.read.mock.calls.length, own.prepareImages.mock.calls.length]).toEqual(calls);
    expect(store.status).toEqual({
      images: 600,
      bytes: 600 * PREPARED,
      pinned: 0,
      budget: 600 * PREPARED,
      hits: 7,
      misses: 0,
      evictions: 0,
      bytesRead: 600 * STORED,
    });
    await store.use([42, 7], signal, async ({ boxes }) => {
      expect(boxes.map((own) => [...own])).toEqual([
        [42, 42, 42, 42],
        [7, 7, 7, 7],
      ]);
    });
    await store.close();
    expect([own.alive.size, own.gathered.size, own.close.mock.calls.length]).toEqual([0, 0, 1]);
  });

  it('can be an empty list', async () => {
    const own = parts(0);
    const store = await openImageStore(own.reader, own.matcher, 0);
    expect([store.count, store.status.images, own.prepareImages.mock.calls.length]).toEqual([0, 0, 0]);
    await store.scan(signal, () => Promise.reject(new Error('there is nothing')));
    await store.close();
  });

  it('are freed if loading is cancelled or fails', async () => {
    const own = parts(600);
    const controller = new AbortController();
    const cancelled = openImageStore(own.reader, own.matcher, 600 * PREPARED, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('gone')),
    });
    await expect(cancelled).rejects.toThrow('gone');
    expect(own.alive.size).toBe(0);
    own.damaged.add(599);
    await expect(openImageStore(own.reader, own.matcher, 600 * PREPARED)).rejects.toMatchObject({
      code: 'checksum_mismatch',
    });
    expect(own.alive.size).toBe(0);
  });
});

describe('images with little memory', () => {
  it('fill it from the first on, and the least recently used are evicted', async () => {
    const own = parts(10);
    const store = await openImageStore(own.reader, own.matcher, 4 * PREPARED);
    expect([...own.alive.values()].flat()).toEqual([0, 1, 2, 3]);
    await used(store, own, [1, 0]);
    await used(store, own, [7]);
    await used(store, own, [8]);
    expect(new Set([...own.alive.values()].flat())).toEqual(new Set([0, 1, 7, 8]));
    expect(store.status).toMatchObject({
      images: 4,
      hits: 2,
      misses: 2,
      evictions: 2,
      bytesRead: 6 * STORED,
    });
    await store.close();
  });

  it('are read together with their neighbours, in any requested order', async () => {
    const own = parts(200);
    const store = await openImageStore(own.reader, own.matcher, 60 * PREPARED);
    own.read.mockClear();
    await used(store, own, [103, 150, 101, 102, 199, 198]);
    expect(own.read.mock.calls).toEqual([
      [101, 104],
      [150, 151],
      [198, 200],
    ]);
    await store.close();
  });

  it('are read with a few reads at a time', async () => {
    const own = parts(200);
    const store = await openImageStore(own.reader, own.matcher, 60 * PREPARED);
    const read = own.read.getMockImplementation() as ImageReader['read'];
    let [running, most] = [0, 0];
    own.read.mockImplementation(async (from, to) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      return read(from, to);
    });
    await used(
      store,
      own,
      range(0, 40).map((index) => 100 + 2 * index),
    );
    expect(most).toBe(8);
    await store.close();
  });

  it('come in slices that fit', async () => {
    const own = parts(20);
    const store = await openImageStore(own.reader, own.matcher, 4.5 * PREPARED);
    const ids = [19, 3, 11, 2, 5, 0, 8, 13, 1];
    expect(await used(store, own, ids)).toEqual({ found: ids, slices: 3 });
    expect(own.peak.bytes).toBe(4 * PREPARED);
    await store.close();
  });

  it('are refused with the needed memory if not even one fits', async () => {
    const own = parts(20);
    const opened = openImageStore(own.reader, own.matcher, PREPARED - 1);
    await expect(opened).rejects.toMatchObject({
      code: 'memory_exhausted',
      message: 'an image takes 0.10 KiB prepared, and the memory for images is 0.10 KiB',
    });
    expect(own.alive.size).toBe(0);
  });

  it('wait for images in use to become free, and none waits forever', async () => {
    const own = parts(20);
    const store = await openImageStore(own.reader, own.matcher, 2 * PREPARED);
    const gate = Promise.withResolvers<void>();
    const order: string[] = [];
    const first = store.use([5, 6], signal, async () => {
      order.push('first');
      await gate.promise;
    });
    const others = [[7], [8, 9, 7], [5]].map((ids) =>
      store.use(ids, signal, async () => void order.push(ids.join())),
    );
    await vi.waitFor(() => expect(order).toEqual(['first']));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(order).toEqual(['first']);
    gate.resolve();
    await Promise.all([first, ...others]);
    expect(order.slice(0, 2)).toEqual(['first', '7']);
    expect(own.peak.bytes).toBe(2 * PREPARED);
    await store.close();
  });

  it('hold less than the budget if the memory of the matcher is smaller', async () => {
    const own = parts(100, { matcherBytes: 32 * PREPARED });
    const store = await openImageStore(own.reader, own.matcher, 80 * PREPARED);
    expect(store.status.images).toBeLessThanOrEqual(32);
    expect(store.status.images).toBeGreaterThan(24);
    expect(store.status.budget).toBeLessThan(32 * PREPARED);
    const ids = range(60, 100);
    expect((await used(store, own, ids)).found).toEqual(ids);
    await store.close();
    expect(own.alive.size).toBe(0);
  });

  it('report that the matcher has no memory for any', async () => {
    const own = parts(100);
    const store = await openImageStore(own.reader, own.matcher, 4 * PREPARED);
    own.prepareImages.mockRejectedValue(new AppError('memory_exhausted', 'full'));
    await expect(used(store, own, [50])).rejects.toMatchObject({ code: 'memory_exhausted' });
    await store.close();
    expect(own.alive.size).toBe(0);
  });
});

describe('cold images', () => {
  it('are read and prepared once for several simultaneous requests', async () => {
    const own = parts(50);
    const store = await openImageStore(own.reader, own.matcher, 20 * PREPARED);
    own.read.mockClear();
    own.prepareImages.mockClear();
    const answers = await Promise.all([
      used(store, own, [40, 41]),
      used(store, own, [41, 42]),
      used(store, own, [42, 40]),
    ]);
    expect(answers.map(({ found }) => found)).toEqual([
      [40, 41],
      [41, 42],
      [42, 40],
    ]);
    expect(own.prepareImages).toHaveBeenCalledTimes(3);
    expect(own.read.mock.calls).toEqual([
      [40, 42],
      [42, 43],
    ]);
    await store.close();
  });

  it('fail only their own request if they are damaged, and are tried again', async () => {
    const own = parts(50);
    const store = await openImageStore(own.reader, own.matcher, 20 * PREPARED);
    own.damaged.add(31);
    const [good, bad] = await Promise.allSettled([
      used(store, own, [30, 32]),
      used(store, own, [30, 31, 32]),
    ]);
    expect(good).toMatchObject({ status: 'fulfilled', value: { found: [30, 32] } });
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'checksum_mismatch' } });
    await expect(used(store, own, [33, 31])).rejects.toMatchObject({ code: 'checksum_mismatch' });
    own.damaged.clear();
    expect((await used(store, own, [30, 31, 32, 33])).found).toEqual([30, 31, 32, 33]);
    expect(store.status.bytes).toBe(own.alive.size * PREPARED);
    await store.close();
    expect(own.alive.size).toBe(0);
  });

  it('are read only for requests that still wait', async () => {
    const own = parts(100);
    const store = await openImageStore(own.reader, own.matcher, 50 * PREPARED);
    const gate = Promise.withResolvers<void>();
    const read = own.read.getMockImplementation() as ImageReader['read'];
    own.read.mockImplementation(async (from, to) => {
      await gate.promise;
      return read(from, to);
    });
    own.read.mockClear();
    await expect(
      store.use([90], AbortSignal.abort(new Error('gone')), () => Promise.resolve()),
    ).rejects.toThrow('gone');
    expect(own.read).not.toHaveBeenCalled();
    const controller = new AbortController();
    // Twenty reads: the last ones wait for their turn when the request is aborted.
    const given = store.use(
      range(0, 20).map((index) => 61 + 2 * index),
      controller.signal,
      () => Promise.reject(new Error('too late')),
    );
    const kept = used(store, own, [97]);
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort(new Error('gone'));
    await expect(given).rejects.toThrow('gone');
    gate.resolve();
    expect((await kept).found).toEqual([97]);
    // The eight that were being read, and the one that a request waits for.
    expect(own.read.mock.calls.map(([from]) => from).sort((a, b) => a - b)).toEqual([
      61, 63, 65, 67, 69, 71, 73, 75, 97,
    ]);
    expect((await used(store, own, [95, 93])).found).toEqual([95, 93]);
    await store.close();
    expect(own.alive.size).toBe(0);
  });

  it('are released if the work fails', async () => {
    const own = parts(50);
    const store = await openImageStore(own.reader, own.matcher, PREPARED);
    await expect(store.use([5], signal, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect((await used(store, own, [6])).found).toEqual([6]);
    await store.close();
    expect([own.alive.size, own.gathered.size]).toEqual([0, 0]);
  });
});

describe('a scan', () => {
  it('passes every image, in order, and does not change the cache', async () => {
    const own = parts(100);
    const store = await openImageStore(own.reader, own.matcher, 48 * PREPARED);
    // Most of the contents is in use, so nothing of it must be evicted.
    const seen: number[] = [];
    await store.scan(signal, async ({ prepared, from }) => {
      const ids = own.idsOf(prepared);
      expect(ids).toEqual(range(from, from + ids.length));
      expect(ids.length).toBeLessThanOrEqual(3);
      seen.push(...ids);
    });
    expect(seen).toEqual(range(0, 100));
    expect(own.peak.bytes).toBeLessThanOrEqual(48 * PREPARED);
    const left = [...own.alive.values()].flat();
    // Two slices of three evicted images.
    expect(left.every((id) => id < 48)).toBe(true);
    expect(left.length).toBeGreaterThanOrEqual(42);
    await store.close();
    expect(own.alive.size).toBe(0);
  });

  it('reads ahead while a slice is processed, and ends with its first failure', async () => {
    const own = parts(100);
    const store = await openImageStore(own.reader, own.matcher, 32 * PREPARED);
    own.read.mockClear();
    const slices: number[] = [];
    const failing = store.scan(signal, async ({ from }) => {
      slices.push(from);
      if (from < 40) return;
      await vi.waitFor(() => expect(own.read.mock.lastCall?.[0]).toBe(42));
      throw new Error('broken');
    });
    await expect(failing).rejects.toThrow('broken');
    expect(slices.at(-1)).toBe(40);
    expect(own.read.mock.lastCall).toEqual([42, 44]);
    await store.close();
    expect([own.alive.size, own.gathered.size]).toEqual([0, 0]);
  });

  it('works with a memory for one image, and at the same time as another scan', async () => {
    const own = parts(12);
    const store = await openImageStore(own.reader, own.matcher, PREPARED);
    const seen: number[][] = [[], []];
    await Promise.all(
      seen.map((own2) => store.scan(signal, async ({ prepared }) => void own2.push(...own.idsOf(prepared)))),
    );
    expect(seen).toEqual([range(0, 12), range(0, 12)]);
    expect(own.peak.bytes).toBe(PREPARED);
    await store.close();
  });
});

describe('any requests at the same time', () => {
  const use = (ids: number[]) => ({ ids, kind: 'use' as const, pauses: 0, cancelled: null });

  it('have their images while they use them, in order, and never more than fit', async () => {
    const requests = fc.array(
      fc.record({
        ids: fc.uniqueArray(fc.nat(39), { minLength: 1, maxLength: 25 }),
        kind: fc.constantFrom('use', 'use', 'use', 'scan'),
        pauses: fc.nat(3),
        cancelled: fc.option(fc.nat(4)),
      }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(
        requests,
        fc.integer({ min: 1, max: 30 }),
        fc.option(fc.nat(39)),
        async (all, room, damage) => {
          const own = parts(40);
          const store = await openImageStore(own.reader, own.matcher, room * PREPARED);
          if (damage !== null) own.damaged.add(damage);
          const outcomes = await Promise.allSettled(
            all.map(async ({ ids, kind, pauses, cancelled }) => {
              const controller = new AbortController();
              const wanted = kind === 'use' ? ids : range(0, 40);
              const found: number[] = [];
              let slices = 0;
              const work = async ({ prepared, from }: { prepared: PreparedImages; from: number }) => {
                if (slices++ === cancelled) controller.abort(new AppError('cancelled', 'no more'));
                for (let pause = 0; pause < pauses; pause++) {
                  own.idsOf(prepared);
                  await new Promise((resolve) => setImmediate(resolve));
                }
                for (const [index, id] of own.idsOf(prepared).entries()) found[from + index] = id;
              };
              if (kind === 'use') await store.use(ids, controller.signal, work);
              else await store.scan(controller.signal, work);
              expect(found).toEqual(wanted);
            }),
          );
          for (const [index, outcome] of outcomes.entries()) {
            if (outcome.status === 'fulfilled') continue;
            const { code } = outcome.reason as AppError;
            if (code === 'checksum_mismatch') expect(damage).not.toBeNull();
            else if (code === 'cancelled') expect(all[index]?.cancelled).not.toBeNull();
            else throw outcome.reason;
          }
          expect(own.peak.bytes).toBeLessThanOrEqual(room * PREPARED);
          expect(own.gathered.size).toBe(0);
          // Nothing is held forever: when the reads that failed requests left behind have ended, all memory is
          // available again.
          own.damaged.clear();
          await vi.waitFor(() => expect(store.status.pinned).toBe(0), { interval: 1 });
          expect((await used(store, own, range(0, room))).slices).toBe(1);
          expect(store.status.bytes).toBe(own.alive.size * PREPARED);
          await store.close();
          expect(own.alive.size).toBe(0);
        },
      ),
      {
        numRuns: Number(process.env.PROPERTY_RUNS ?? 150),
        // A request whose first image is damaged ends while the reads of its others are running (seeds -108757939,
        // -1816641582).
        examples: [
          [[use([9, 5, 7, 11, 1]), use([12, 2, 6, 0])], 5, 0],
          [[use([2, 3, 1, 4, 5, 0]), use([0]), use([5, 6])], 2, 0],
        ],
      },
    );
  });
});
