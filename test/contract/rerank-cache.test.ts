import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { GENERATION_PATHS } from '../../shared/generation/index.ts';
import { problemSchema, rankResponseSchema } from '../../shared/schema/index.ts';
import { startTestService, type TestService, testEngines } from '../support/rerank-service.ts';
import { activateTiny } from '../support/tiny-generation.ts';

const QUERY = 'a dog runs';
/** Bytes of a prepared image: nodes [3, 12], Gram [3, 4 x 3], gates [3, 3]. */
const IMAGE_BYTES = 4 * 3 * (12 + 12 + 3);

function rank(service: TestService, ids: readonly number[]): Promise<Response> {
  const candidates = ids.map((id) => [id, 0.5]);
  return service.post('/v1/rank', { query: QUERY, generation: service.tiny.id, candidates, limit: 100 });
}

/** GSMN scores of the images, in their order, from an answer that has evidence for all of them. */
async function scores(service: TestService, ids: readonly number[]): Promise<number[]> {
  const response = await rank(service, ids);
  expect(response.status).toBe(200);
  const { images, evidence } = rankResponseSchema.parse(await response.json());
  expect([images.length, evidence]).toEqual([ids.length, 'complete']);
  const found = new Map(images.map(({ id, gsmn }) => [id, gsmn]));
  return ids.map((id) => found.get(id) ?? Number.NaN);
}

/** Flips a byte of an image's nodes in the file that the service reads. */
async function flipByte({ index, tiny }: TestService, image: number): Promise<void> {
  const handle = await open(join(index, 'generations', tiny.id, GENERATION_PATHS.imageNodes), 'r+');
  try {
    const { size } = await handle.stat();
    const at = size - (tiny.images.length - image) * 3 * 12 * 4;
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, at);
    buffer.writeUInt8(buffer.readUInt8() ^ 0xff);
    await handle.write(buffer, 0, 1, at);
  } finally {
    await handle.close();
  }
}

describe('the images of a rerank service with little memory', () => {
  it('have the same scores as with enough memory', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => (37 * index) % 60);
    const [ample, short] = await Promise.all([
      startTestService({ tiny: { images: 60 } }),
      startTestService({ tiny: { images: 60 }, settings: { memoryBytes: 7.5 * IMAGE_BYTES } }),
    ]);
    const expected = await scores(ample, ids);
    // Many at the same time, so that they compete for memory.
    const lists = [ids, ids.toReversed(), ids.slice(20, 50), ids.slice(0, 1)];
    const answers = await Promise.all(lists.map((list) => scores(short, list)));
    for (const [at, list] of lists.entries()) {
      for (const [place, id] of list.entries()) {
        expect(answers[at]?.[place]).toBeCloseTo(expected[ids.indexOf(id)] ?? NaN, 6);
      }
    }
    await Promise.all([ample.close(), short.close()]);
  });

  it('are not loaded if not even one fits, and the status names the needed memory', async () => {
    const service = await startTestService({ settings: { memoryBytes: IMAGE_BYTES - 1 } });
    const response = await service.get('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      ready: false,
      failure: {
        code: 'memory_exhausted',
        message: 'an image takes 0.32 KiB prepared, and the memory for images is 0.32 KiB',
      },
    });
    const refused = await rank(service, [1]);
    expect([refused.status, problemSchema.parse(await refused.json()).code]).toEqual([
      503,
      'rerank_unavailable',
    ]);
    await service.close();
  });

  it('fail only the requests for a damaged one, until it is repaired', async () => {
    const service = await startTestService({
      tiny: { images: 30 },
      settings: { memoryBytes: 10 * IMAGE_BYTES },
    });
    const before = await scores(service, [20, 21, 22]);
    await scores(service, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await flipByte(service, 21);
    const [bad, good] = await Promise.all([rank(service, [20, 21, 22]), scores(service, [20, 22])]);
    expect([bad.status, problemSchema.parse(await bad.json()).code]).toEqual([500, 'checksum_mismatch']);
    expect(good).toEqual([before[0], before[2]]);
    await flipByte(service, 21);
    expect(await scores(service, [20, 21, 22])).toEqual(before);
    await service.close();
  });

  it('are counted while they are loaded', async () => {
    const gate = Promise.withResolvers<void>();
    let prepared = 0;
    const service = await startTestService({
      tiny: { images: 300 },
      active: false,
      engines: async (model) => {
        const { encoder, matcher } = await testEngines(model);
        return {
          encoder,
          matcher: {
            ...matcher,
            prepareImages: async (images) => {
              // The first is a trial; the first step has 256.
              if (++prepared > 257) await gate.promise;
              return matcher.prepareImages(images);
            },
          },
        };
      },
    });
    const status = async () => (await (await service.get('/v1/status')).json()) as Record<string, unknown>;
    expect(await status()).toMatchObject({ active: null, loading: null, progress: null, generations: [] });
    await activateTiny(service.index, service.tiny.id);
    const refreshed = service.server.refresh();
    await vi.waitFor(
      async () =>
        expect(await status()).toMatchObject({
          active: null,
          loading: service.tiny.id,
          progress: { done: 256, total: 300 },
        }),
      30_000,
    );
    gate.resolve();
    await refreshed;
    expect(await status()).toMatchObject({
      active: service.tiny.id,
      loading: null,
      progress: null,
      generations: [
        { active: true, backend: 'wasm', images: 300, cache: { images: 300, hits: 0, misses: 0 } },
      ],
    });
    await service.close();
  });
});
