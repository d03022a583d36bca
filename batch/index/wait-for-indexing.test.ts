import { describe, expect, it } from 'vitest';
import type { GenerationManifest } from '../../shared/schema/index.ts';
import type { CollectionInfo, QdrantStore } from '../../workers/clients/index.ts';
import { waitForIndexing } from './wait-for-indexing.ts';

const manifest = {
  images: { count: 100 },
  captions: { count: 0 },
  ranking: { shortlist: 1, coarseWeight: 1 },
  collections: { images: 'images' },
} as unknown as GenerationManifest;

/** A database whose collection has these states, one at each look; the last one stays. */
function stateful(states: readonly Partial<CollectionInfo>[]) {
  let looks = 0;
  const woken: string[] = [];
  const store = {
    collectionInfo: async (): Promise<CollectionInfo> => {
      const state = states[Math.min(looks++, states.length - 1)];
      return {
        points: 100,
        dimensions: 2,
        distance: 'Cosine',
        captions: false,
        indexed: 0,
        status: 'green',
        ...state,
      };
    },
    count: () => Promise.reject(new Error('counting takes time, and says nothing about an index')),
    wakeCollection: async (name: string) => void woken.push(name),
  } satisfies Partial<QdrantStore>;
  return { store: store as unknown as QdrantStore, woken, looks: () => looks };
}

describe('waiting until a generation is indexed', () => {
  it('ends when it is green, and reports how much is indexed', async () => {
    const { store, woken } = stateful([
      { status: 'yellow', indexed: 10 },
      { status: 'yellow', indexed: 60 },
      { status: 'green', indexed: 60 },
    ]);
    const progress: number[][] = [];
    await waitForIndexing(store, manifest, { pauseMs: 1, onProgress: (...step) => progress.push(step) });
    expect(progress).toEqual([
      [10, 100],
      [60, 100],
      [100, 100],
    ]);
    expect(woken).toEqual([]);
  });

  it('wakes a grey collection, also one whose answer is late', async () => {
    const { store, woken } = stateful([{ status: 'grey' }, { status: 'yellow' }, { status: 'green' }]);
    await waitForIndexing(store, manifest, { pauseMs: 1 });
    expect(woken).toEqual(['images']);
  });

  it('gives up on a red collection, and says why', async () => {
    const { store } = stateful([{ status: 'red', problem: 'no space left' }]);
    await expect(waitForIndexing(store, manifest)).rejects.toMatchObject({
      code: 'recall_unavailable',
      message: expect.stringContaining('no space left'),
    });
  });

  it('gives up after its time, and says how far it is', async () => {
    const { store } = stateful([{ status: 'yellow', indexed: 40 }]);
    await expect(waitForIndexing(store, manifest, { pauseMs: 1, limitMs: 5 })).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('yellow, 40 % indexed'),
      hint: expect.stringContaining('again'),
    });
  });

  it('ends when it is cancelled', async () => {
    const stop = new AbortController();
    const { store } = stateful([{ status: 'yellow' }]);
    const waiting = waitForIndexing(store, manifest, { pauseMs: 3_600_000, signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  });
});
