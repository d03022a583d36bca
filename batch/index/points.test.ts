import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeNpy } from '../../shared/formats/npy/index.ts';
import { GENERATION_PATHS } from '../../shared/generation/index.ts';
import type { GenerationManifest } from '../../shared/schema/index.ts';
import type { Point, PointId, QdrantStore } from '../../workers/clients/index.ts';
import { pushPoints, verifyPoints } from './points.ts';

const COUNT = 600;
const UUID = '550e8400-e29b-41d4-a716-446655440000';

type Kept = Map<PointId, { vector: number[]; payload: Record<string, unknown> }>;

/** A database that keeps what it is sent, and counts it. */
function keptStore() {
  const collections = new Map<string, Kept>();
  const sent: number[] = [];
  const of = (name: string): Kept => collections.get(name) ?? new Map();
  const store = {
    ensureCollection: async (name: string) => void collections.set(name, of(name)),
    collectionInfo: async (name: string) => {
      const points = collections.get(name)?.size;
      if (points === undefined) return undefined;
      return {
        points,
        dimensions: 2,
        distance: 'Cosine',
        captions: false,
        indexed: 0,
        status: 'green' as const,
      };
    },
    count: async (name: string) => of(name).size,
    retrieve: async (name: string, ids: readonly number[]) =>
      ids.flatMap((id) => {
        const point = of(name).get(id);
        return point === undefined ? [] : [{ id, ...point }];
      }),
    listIds: async (name: string, { from = 0 }: { from?: PointId | undefined } = {}) => ({
      ids: [...of(name).keys()].filter((id) => typeof id === 'string' || id >= Number(from)),
      next: null,
    }),
    deletePoints: async (name: string, ids: readonly PointId[]) => {
      for (const id of ids) of(name).delete(id);
    },
    upsert: async (name: string, points: readonly Point[]) => {
      for (const { id, vector, payload } of points) {
        sent.push(id);
        of(name).set(id, { vector: Array.from(vector), payload: structuredClone(payload) });
      }
    },
  } satisfies Partial<QdrantStore>;
  return { store: store as unknown as QdrantStore, of, sent };
}

describe('the points of a generation', () => {
  let folder: string;
  const texts = Array.from({ length: COUNT }, (_, id) => `${id}: a\u2028b\u2029c ${'ä'.repeat(id)}`);
  const manifest = {
    images: { count: COUNT },
    captions: { count: 2 },
    coarse: { dimensions: 2 },
    ranking: { shortlist: 1, coarseWeight: 1 },
    collections: { images: 'images', captions: 'captions' },
  } as unknown as GenerationManifest;
  const vectors = (count: number) =>
    writeNpy({ shape: [count, 2], data: Float32Array.from({ length: 2 * count }, (_, at) => at) });
  const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
  let kept: ReturnType<typeof keptStore>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'points-'));
    await writeFile(join(folder, GENERATION_PATHS.imageVectors), vectors(COUNT));
    await writeFile(join(folder, GENERATION_PATHS.captionVectors), vectors(2));
    await writeFile(
      join(folder, GENERATION_PATHS.imagePayloads),
      lines(texts.map((text) => ({ text, share: 0.1 }))),
    );
    await writeFile(
      join(folder, GENERATION_PATHS.captionPayloads),
      lines([{ text: 'one' }, { text: 'two' }]),
    );
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(async () => {
    kept = keptStore();
    await pushPoints(kept.store, folder, manifest);
  });

  it('have the vectors and the payloads of their lines, whatever characters these hold', async () => {
    const { of, store, sent } = kept;
    expect([...of('images')].map(([id, { payload }]) => [id, payload.text])).toEqual([...texts.entries()]);
    expect(of('images').get(599)?.vector).toEqual([1198, 1199]);
    expect([...of('captions').values()].map(({ payload }) => payload.text)).toEqual(['one', 'two']);
    expect(sent).toHaveLength(COUNT + 2);
    await verifyPoints(store, folder, manifest);
    expect(await pushPoints(store, folder, manifest, { compare: 'contents' })).toBe(0);
    expect(sent).toHaveLength(COUNT + 2);
  });

  it('are sent where they are missing, in the middle, too, and deleted where there are too many', async () => {
    const { of, store, sent } = kept;
    sent.length = 0;
    const before = new Map(of('images'));
    for (const id of [0, 100, 101, 102, 599]) of('images').delete(id);
    for (const id of [COUNT, 10_000_000, UUID]) of('images').set(id, { vector: [1, 0], payload: {} });
    of('captions').delete(0);
    await expect(verifyPoints(store, folder, manifest)).rejects.toMatchObject({
      code: 'generation_incomplete',
      message: expect.stringMatching(/lacks 5 of 600 points \(0, 100, 101, …\), has 3 points that are not/),
    });
    expect(await pushPoints(store, folder, manifest)).toBe(9);
    expect(sent).toEqual([0, 100, 101, 102, 599, 0]);
    expect(new Map([...of('images')].sort(([a], [b]) => Number(a) - Number(b)))).toEqual(before);
    await verifyPoints(store, folder, manifest);
  });

  it('are found wherever a vector or a payload differs, and written again', async () => {
    const { of, store, sent } = kept;
    sent.length = 0;
    const [moved, renamed, longer] = [of('images').get(123), of('images').get(456), of('captions').get(1)];
    if (moved) moved.vector[1] = 0;
    if (renamed) renamed.payload.text = 'another';
    if (longer) longer.payload.more = null;
    await expect(verifyPoints(store, folder, manifest)).rejects.toMatchObject({
      code: 'checksum_mismatch',
      message: expect.stringMatching(/images has 2 points that differ .*\(123, 456\)/),
    });
    expect(await pushPoints(store, folder, manifest, { compare: 'contents' })).toBe(3);
    expect(sent).toEqual([123, 456, 1]);
    await verifyPoints(store, folder, manifest);
  });

  it('are the same where only the last digit of a number or the order of keys differs', async () => {
    const { of, store } = kept;
    const point = of('images').get(7);
    if (point) point.payload = { share: 0.1 + Number.EPSILON / 16, text: point.payload.text };
    await verifyPoints(store, folder, manifest);
  });

  it('are refused where there is a line too few', async () => {
    await writeFile(join(folder, GENERATION_PATHS.captionPayloads), lines([{ text: 'one' }]));
    await expect(pushPoints(keptStore().store, folder, manifest)).rejects.toMatchObject({
      code: 'format_invalid',
      message: expect.stringContaining('1 lines for 2 points'),
    });
  });
});
