import { describe, expect, it, vi } from 'vitest';
import type { ImageGraph, Matcher, PreparedImages } from '../../../shared/model/index.ts';
import { type ImageReader, openImageStore } from './image-store.ts';

const BYTES_PER_IMAGE = 100;
const { signal } = new AbortController();

/** Image `i` is the graph whose numbers are `i`. */
function graphOf(id: number): ImageGraph {
  return { nodes: Float32Array.of(id, id), boxes: Float32Array.of(id, id, id, id) };
}

function parts(count: number) {
  const alive = new Set<PreparedImages>();
  const contents = new Map<PreparedImages, readonly ImageGraph[]>();
  const prepareImages = vi.fn<Matcher['prepareImages']>(async (images) => {
    const prepared: PreparedImages = {
      count: images.length,
      bytes: BYTES_PER_IMAGE * images.length,
      dispose: () => void alive.delete(prepared),
    };
    alive.add(prepared);
    contents.set(prepared, images);
    return prepared;
  });
  const read = vi.fn<ImageReader['read']>(async (from, to) =>
    Array.from({ length: to - from }, (_, index) => graphOf(from + index)),
  );
  const close = vi.fn<ImageReader['close']>(async () => {});
  const reader: ImageReader = { count, read, boxes: async (id) => graphOf(id).boxes, close };
  const unused = async (): Promise<never> => Promise.reject(new Error('not asked for'));
  const matcher: Matcher = {
    backend: 'none',
    prepareImages,
    score: unused,
    evidence: unused,
    dispose: async () => {},
  };
  return { alive, contents, reader, matcher, prepareImages, read, close };
}

/** The first number of every image that `work` is given, at the place where it was asked for. */
async function usedIds(
  store: Awaited<ReturnType<typeof openImageStore>>,
  own: ReturnType<typeof parts>,
  ids: number[],
) {
  return store.use(ids, signal, async (groups) => {
    const found: (number | undefined)[] = [];
    for (const { prepared, indices, positions } of groups) {
      expect(own.alive.has(prepared)).toBe(true);
      for (const [at, position] of positions.entries()) {
        found[position] = own.contents.get(prepared)?.[indices[at] ?? -1]?.nodes[0];
      }
    }
    return found;
  });
}

const MANY = 2600;
const SHUFFLED = [2599, 0, 1024, 1023, 1700, 3, 2048];

describe.each([
  ['resident', MANY * BYTES_PER_IMAGE],
  ['ranged', 8 * 24],
])('images, %s', (kind, memory) => {
  it('gives the matcher those that are asked for, in their places', async () => {
    const own = parts(MANY);
    const store = await openImageStore(own.reader, own.matcher, memory);
    expect(store.resident).toBe(kind === 'resident');
    expect(await usedIds(store, own, SHUFFLED)).toEqual(SHUFFLED);
    expect(await usedIds(store, own, [77])).toEqual([77]);
    expect([...(await store.boxes(42))]).toEqual([42, 42, 42, 42]);
    await store.close();
    expect([own.alive.size, own.close.mock.calls.length]).toEqual([0, 1]);
  });

  it('knows an index of no images', async () => {
    const own = parts(0);
    const store = await openImageStore(own.reader, own.matcher, memory);
    expect([store.count, store.bytes(), own.prepareImages.mock.calls.length]).toEqual([0, 0, 0]);
    await store.close();
  });
});

describe('images that are resident', () => {
  it('are prepared once', async () => {
    const own = parts(MANY);
    const progress: number[] = [];
    const store = await openImageStore(own.reader, own.matcher, MANY * BYTES_PER_IMAGE, {
      onProgress: (done) => progress.push(done),
    });
    const before = own.prepareImages.mock.calls.length;
    await usedIds(store, own, SHUFFLED);
    expect(own.prepareImages.mock.calls.length).toBe(before);
    expect(store.bytes()).toBe(MANY * BYTES_PER_IMAGE);
    expect(progress.at(-1)).toBe(MANY);
  });

  it('are given back when loading is cancelled or fails on the way', async () => {
    const own = parts(MANY);
    const controller = new AbortController();
    const cancelled = openImageStore(own.reader, own.matcher, MANY * BYTES_PER_IMAGE, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('gone')),
    });
    await expect(cancelled).rejects.toThrow('gone');
    own.read.mockImplementation(async (from) => {
      if (from > 0) throw new Error('damaged');
      return Array.from({ length: 32 }, (_, id) => graphOf(id));
    });
    await expect(openImageStore(own.reader, own.matcher, MANY * BYTES_PER_IMAGE)).rejects.toThrow('damaged');
    expect(own.alive.size).toBe(0);
  });
});

describe('images that are read by ranges', () => {
  it('are remembered as far as the memory goes', async () => {
    const own = parts(MANY);
    const store = await openImageStore(own.reader, own.matcher, 2 * 24);
    own.read.mockClear();
    await usedIds(store, own, [1, 2]);
    await usedIds(store, own, [2, 1]);
    expect(own.read.mock.calls).toEqual([
      [1, 2],
      [2, 3],
    ]);
    expect(store.bytes()).toBe(48);
    await usedIds(store, own, [3, 1]);
    expect(own.read.mock.calls.length).toBe(3);
    expect(store.bytes()).toBe(48);
  });

  it('are disposed of when the work fails, and not read when nobody waits', async () => {
    const own = parts(MANY);
    const store = await openImageStore(own.reader, own.matcher, 24);
    await expect(
      store.use([5], signal, async () => {
        throw new Error('broken');
      }),
    ).rejects.toThrow('broken');
    expect(own.alive.size).toBe(0);
    own.read.mockClear();
    await expect(store.use([9], AbortSignal.abort(new Error('gone')), async () => 'never')).rejects.toThrow(
      'gone',
    );
    expect(own.read).not.toHaveBeenCalled();
  });
});
