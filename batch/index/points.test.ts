import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpy } from '../../shared/formats/npy/index.ts';
import { GENERATION_PATHS } from '../../shared/generation/index.ts';
import type { GenerationManifest } from '../../shared/schema/index.ts';
import type { Point, QdrantStore } from '../../workers/clients/index.ts';
import { pushPoints } from './points.ts';

const COUNT = 600;

/** A database that keeps what it is sent. */
function keptStore() {
  const collections = new Map<string, Map<number, Point>>();
  const of = (name: string) => collections.get(name) ?? new Map<number, Point>();
  const store = {
    ensureCollection: async (name: string) => void collections.set(name, of(name)),
    count: async (name: string) => of(name).size,
    upsert: async (name: string, points: readonly Point[]) => {
      for (const point of points) of(name).set(point.id, { ...point, vector: Array.from(point.vector) });
    },
  } satisfies Partial<QdrantStore>;
  return { store: store as unknown as QdrantStore, of };
}

describe('the points of a generation', () => {
  let folder: string;
  const texts = Array.from({ length: COUNT }, (_, id) => `${id}: a\u2028b\u2029c ${'ä'.repeat(id)}`);
  const manifest = {
    images: { count: COUNT },
    captions: { count: 2 },
    coarse: { dimensions: 2 },
    collections: { images: 'images', captions: 'captions' },
  } as unknown as GenerationManifest;
  const vectors = (count: number) =>
    writeNpy({ shape: [count, 2], data: Float32Array.from({ length: 2 * count }, (_, at) => at) });
  const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'points-'));
    await writeFile(join(folder, GENERATION_PATHS.imageVectors), vectors(COUNT));
    await writeFile(join(folder, GENERATION_PATHS.captionVectors), vectors(2));
    await writeFile(join(folder, GENERATION_PATHS.imagePayloads), lines(texts.map((text) => ({ text }))));
    await writeFile(
      join(folder, GENERATION_PATHS.captionPayloads),
      lines([{ text: 'one' }, { text: 'two' }]),
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('have the vectors and the payloads of their lines, whatever characters these hold', async () => {
    const { store, of } = keptStore();
    await pushPoints(store, folder, manifest);
    expect([...of('images').values()].map(({ id, payload }) => [id, payload.text])).toEqual([
      ...texts.entries(),
    ]);
    expect(of('images').get(599)?.vector).toEqual([1198, 1199]);
    expect([...of('captions').values()].map(({ payload }) => payload.text)).toEqual(['one', 'two']);
  });

  it('are refused where there is a line too few', async () => {
    await writeFile(join(folder, GENERATION_PATHS.captionPayloads), lines([{ text: 'one' }]));
    await expect(pushPoints(keptStore().store, folder, manifest)).rejects.toMatchObject({
      code: 'format_invalid',
      message: expect.stringContaining('1 lines for 2 points'),
    });
  });
});
