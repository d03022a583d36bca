import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { numberedImages, numberedQuery, numberedScore } from '../../test/support/numbered-images.ts';
import { AppError } from '../errors/index.ts';
import { type ScanListener, ScoreBatches } from './score-batches.ts';

const { signal } = new AbortController();
const turn = () => new Promise((resolve) => setImmediate(resolve));

function batches(count: number, options?: Parameters<typeof numberedImages>[1]) {
  const numbered = numberedImages(count, options);
  const onPairs = vi.fn<(count: number) => void>();
  const onStage = vi.fn<(stage: 'images' | 'match', seconds: number) => void>();
  const own = new ScoreBatches(numbered.matcher, numbered.images, { onPairs, onStage });
  const list = async (query: number, ids: readonly number[], abort = signal) => [
    ...(await own.list(numberedQuery(query), ids, abort)),
  ];
  /** Scores of all images, by ordinal; a repeated one fails. */
  const scan = async (query: number, abort = signal, hear: ScanListener = async () => {}) => {
    let scores: number[] = [];
    const begin = (): ScanListener => {
      scores = [];
      return async (from, gsmn) => {
        expect(from).toBe(scores.length);
        scores.push(...gsmn);
        await hear(from, gsmn);
      };
    };
    await own.scan([numberedQuery(query)], begin, abort);
    return scores;
  };
  return { ...numbered, batches: own, list, overAll: numbered.scan, scan, onPairs, onStage };
}

const scoresOf = (query: number, ids: readonly number[]) => ids.map((id) => numberedScore(id, query));
const all = (count: number) => Array.from({ length: count }, (_, id) => id);

/** Makes the first call of a mock wait until it is released. */
function holdFirst<A extends unknown[], R>(mock: {
  getMockImplementation(): ((...call: A) => Promise<R>) | undefined;
  mockImplementationOnce(work: (...call: A) => Promise<R>): unknown;
}) {
  const work = mock.getMockImplementation() as (...call: A) => Promise<R>;
  const { promise, resolve } = Promise.withResolvers<void>();
  mock.mockImplementationOnce(async (...call) => {
    await promise;
    return work(...call);
  });
  return resolve;
}

describe('lists', () => {
  it('share a batch if they are simultaneous, and each gets its own scores in its own order', async () => {
    const own = batches(20);
    const lists = [[3, 1, 2], [2, 19, 3], [7], [1, 2, 3, 4, 5]];
    const answers = await Promise.all(lists.map((ids, query) => own.list(query, ids)));
    expect(answers).toEqual(lists.map((ids, query) => scoresOf(query, ids)));
    expect(own.use.mock.calls.map(([ids]) => ids)).toEqual([[3, 1, 2, 19, 7, 4, 5]]);
    expect(own.scoreLists).toHaveBeenCalledTimes(1);
    // Every query is compared only with the images that it requested.
    expect(own.onPairs.mock.calls.flat()).toEqual([3, 3, 1, 5]);
  });

  it('form the next batch while one is compared', async () => {
    const own = batches(20);
    const release = holdFirst(own.scoreLists);
    const first = own.list(0, [1]);
    await vi.waitFor(() => expect(own.scoreLists).toHaveBeenCalledTimes(1));
    const others = [own.list(1, [2]), own.list(2, [3])];
    await turn();
    others.push(own.list(3, [2]));
    release();
    expect(await Promise.all([first, ...others])).toEqual([
      [numberedScore(1, 0)],
      [numberedScore(2, 1)],
      [numberedScore(3, 2)],
      [numberedScore(2, 3)],
    ]);
    expect(own.use.mock.calls.map(([ids]) => ids)).toEqual([[1], [2, 3]]);
  });

  it('get their scores from slices if the memory is too small for all of their images', async () => {
    const own = batches(20, { capacity: 3 });
    const lists = [[9, 0, 4, 7], [4, 11, 9], [12]];
    const answers = await Promise.all(lists.map((ids, query) => own.list(query, ids)));
    expect(answers).toEqual(lists.map((ids, query) => scoresOf(query, ids)));
    expect(own.scoreLists).toHaveBeenCalledTimes(2);
    expect(own.onStage.mock.calls.map(([stage]) => stage)).toEqual(['images', 'match', 'images', 'match']);
    expect(own.inUse.size).toBe(0);
  });

  it('have a maximum number, and a maximum of pairs, in a batch', async () => {
    const many = batches(40);
    await Promise.all(all(40).map((query) => many.list(query, [query])));
    expect(many.use.mock.calls.map(([ids]) => ids.length)).toEqual([32, 8]);
    const long = batches(9000);
    await Promise.all([long.list(0, all(2500)), long.list(1, all(1500)), long.list(2, all(1000))]);
    expect(long.scoreLists.mock.calls.map(([, queries]) => queries.length)).toEqual([2, 1]);
    // A request that is longer than a batch is a separate batch.
    expect(await long.list(3, all(9000))).toEqual(scoresOf(3, all(9000)));
  });

  it('continue if one of them is aborted, which ends at once', async () => {
    const own = batches(20, { capacity: 2 });
    const release = holdFirst(own.scoreLists);
    const leaving = new AbortController();
    const left = own.list(1, [1, 2, 3], leaving.signal);
    const stays = own.list(2, [3, 4]);
    await vi.waitFor(() => expect(own.scoreLists).toHaveBeenCalledTimes(1));
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    release();
    expect(await stays).toEqual(scoresOf(2, [3, 4]));
    // Images that only the aborted one wanted are not compared any more.
    expect(own.onPairs.mock.calls.flat()).toEqual([2, 2]);
  });

  it('stop when all of them are aborted, and others can work', async () => {
    const own = batches(20, { capacity: 1 });
    const release = holdFirst(own.scoreLists);
    const leaving = [new AbortController(), new AbortController()];
    const left = leaving.map(({ signal: abort }, query) => own.list(query, [1, 2, 3, 4, 5], abort));
    await vi.waitFor(() => expect(own.scoreLists).toHaveBeenCalledTimes(1));
    const [, , options] = own.scoreLists.mock.calls[0] ?? [];
    leaving[0]?.abort(new Error('first'));
    expect(options?.signal?.aborted).toBe(false);
    leaving[1]?.abort(new Error('last'));
    expect(options?.signal?.aborted).toBe(true);
    await expect(left[0]).rejects.toThrow('first');
    await expect(left[1]).rejects.toThrow('last');
    const next = own.list(7, [6]);
    release();
    expect(await next).toEqual([numberedScore(6, 7)]);
    expect(own.scoreLists).toHaveBeenCalledTimes(2);
  });

  it('are not started if they are aborted before or while waiting', async () => {
    const own = batches(5);
    await expect(own.list(1, [1], AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    const release = holdFirst(own.scoreLists);
    const first = own.list(1, [1]);
    await vi.waitFor(() => expect(own.scoreLists).toHaveBeenCalledTimes(1));
    const leaving = new AbortController();
    const waiting = own.list(2, [2], leaving.signal);
    leaving.abort(new Error('no more'));
    await expect(waiting).rejects.toThrow('no more');
    release();
    await first;
    await own.batches.idle();
    expect(own.scoreLists).toHaveBeenCalledTimes(1);
  });

  it('fail separately if an image is damaged', async () => {
    const own = batches(20);
    own.damaged.add(5);
    const [good, bad, other] = await Promise.allSettled([
      own.list(1, [4, 6]),
      own.list(2, [4, 5]),
      own.list(3, [5]),
    ]);
    expect(good).toEqual({ status: 'fulfilled', value: scoresOf(1, [4, 6]) });
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'checksum_mismatch' } });
    expect(other).toMatchObject({ status: 'rejected', reason: { code: 'checksum_mismatch' } });
    own.damaged.clear();
    expect(await own.list(2, [4, 5])).toEqual(scoresOf(2, [4, 5]));
  });

  it('fail with what the matcher throws, and if it returns too few scores', async () => {
    const own = batches(5);
    own.scoreLists.mockRejectedValueOnce(new AppError('memory_exhausted', 'full'));
    await expect(own.list(1, [1])).rejects.toMatchObject({ code: 'memory_exhausted' });
    own.scoreLists.mockResolvedValueOnce([]);
    await expect(own.list(1, [1])).rejects.toThrow(RangeError);
    expect(await own.list(1, [1])).toEqual([numberedScore(1, 1)]);
  });

  it('are processed whenever they come, also just when a batch ends', async () => {
    for (let steps = 0; steps < 30; steps++) {
      const own = batches(3);
      const before = own.list(1, [1]);
      const next = before.then(async () => {
        // The smallest step of the event loop.
        for (let step = 0; step < steps; step++) await Promise.resolve();
        return own.list(2, [2]);
      });
      const beside = (async () => {
        for (let step = 0; step < steps; step++) await Promise.resolve();
        return own.list(3, [0]);
      })();
      expect(await Promise.all([before, next, beside])).toEqual([
        [numberedScore(1, 1)],
        [numberedScore(2, 2)],
        [numberedScore(0, 3)],
      ]);
    }
  });

  it('leave no listener on a signal that outlives them', async () => {
    const own = batches(5);
    const { signal: lasting } = new AbortController();
    const added = vi.spyOn(lasting, 'addEventListener');
    const removed = vi.spyOn(lasting, 'removeEventListener');
    await own.list(1, [1], lasting);
    await own.batches.idle();
    expect(added.mock.calls.length).toBeGreaterThan(0);
    expect(removed.mock.calls.length).toBe(added.mock.calls.length);
  });
});

describe('scans', () => {
  it('pass over the images once if they are simultaneous', async () => {
    const own = batches(10);
    const answers = await Promise.all([own.scan(1), own.scan(2), own.scan(3)]);
    expect(answers).toEqual([1, 2, 3].map((query) => scoresOf(query, all(10))));
    expect(own.overAll).toHaveBeenCalledTimes(1);
    expect(own.score.mock.calls.map(([, captions]) => captions.length)).toEqual([3, 3, 3]);
    expect(own.onPairs.mock.calls.flat()).toEqual([12, 12, 6]);
  });

  it('run at the same time as lists', async () => {
    const own = batches(10);
    const release = holdFirst(own.score);
    const scanned = own.scan(1);
    await vi.waitFor(() => expect(own.score).toHaveBeenCalledTimes(1));
    expect(await own.list(2, [1])).toEqual([numberedScore(1, 2)]);
    release();
    expect(await scanned).toEqual(scoresOf(1, all(10)));
  });

  it('continue without an aborted one, and stop if all are aborted', async () => {
    const own = batches(12);
    const leaving = [new AbortController(), new AbortController()];
    const left = own.scan(1, leaving[0]?.signal, async (from) => {
      if (from === 4) leaving[0]?.abort(new Error('enough'));
    });
    const [gone, stays] = await Promise.allSettled([left, own.scan(2)]);
    expect(gone).toMatchObject({ status: 'rejected', reason: { message: 'enough' } });
    expect(stays).toEqual({ status: 'fulfilled', value: scoresOf(2, all(12)) });
    expect(own.score.mock.calls.map(([, captions]) => captions.length)).toEqual([2, 2, 1]);

    own.score.mockClear();
    const alone = own.scan(3, leaving[1]?.signal, async () => leaving[1]?.abort(new Error('enough')));
    await expect(alone).rejects.toThrow('enough');
    await own.batches.idle();
    expect(own.score).toHaveBeenCalledTimes(1);
  });

  it('do not use a slice that was loaded ahead when no request waits any more', async () => {
    const own = batches(12);
    const leaving = new AbortController();
    const overAll = own.overAll.getMockImplementation();
    // Ignores its signal, like a read ahead.
    own.overAll.mockImplementation(async (__, work) => overAll?.(new AbortController().signal, work));
    const left = own.scan(1, leaving.signal, async () => leaving.abort(new Error('enough')));
    await expect(left).rejects.toThrow('enough');
    await own.batches.idle();
    expect(own.score).toHaveBeenCalledTimes(1);
    expect(own.onPairs.mock.calls).toEqual([[4]]);
  });

  it('start again separately if they fail together, and get no image twice', async () => {
    const own = batches(12);
    let faults = 1;
    const failing = own.scan(1, signal, async (from) => {
      if (from === 4 && faults-- > 0) throw new Error('its vectors cannot be read');
    });
    const [once, other] = await Promise.all([failing, own.scan(2)]);
    expect([once, other]).toEqual([scoresOf(1, all(12)), scoresOf(2, all(12))]);
  });

  it('fail one by one if an image is damaged', async () => {
    const own = batches(12);
    own.damaged.add(9);
    for (const outcome of await Promise.allSettled([own.scan(1), own.scan(2)])) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'checksum_mismatch' } });
    }
    own.damaged.clear();
    expect(await own.scan(1)).toEqual(scoresOf(1, all(12)));
  });
});

describe('any requests at the same time', () => {
  it('get what each would get alone', async () => {
    const request = fc.record({
      query: fc.nat(9),
      ids: fc.uniqueArray(fc.nat(29), { minLength: 1, maxLength: 20 }),
      kind: fc.constantFrom('list', 'list', 'scan'),
      steps: fc.nat(12),
      aborted: fc.option(fc.nat(6)),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 10 }),
        fc.integer({ min: 1, max: 30 }),
        fc.option(fc.nat(29)),
        async (requests, capacity, damage) => {
          const own = batches(30, { capacity, step: capacity });
          if (damage !== null) own.damaged.add(damage);
          const outcomes = await Promise.allSettled(
            requests.map(async ({ query, ids, kind, steps, aborted }) => {
              const controller = new AbortController();
              for (let step = 0; step < steps; step++) await Promise.resolve();
              if (aborted !== null) {
                void turn().then(() => controller.abort(new AppError('cancelled', 'gone')));
              }
              const wanted = kind === 'list' ? ids : all(30);
              const found =
                kind === 'list'
                  ? await own.list(query, ids, controller.signal)
                  : await own.scan(query, controller.signal);
              expect(found).toEqual(scoresOf(query, wanted));
              expect(damage !== null && wanted.includes(damage)).toBe(false);
            }),
          );
          for (const [index, outcome] of outcomes.entries()) {
            if (outcome.status === 'fulfilled') continue;
            const { ids, kind, aborted } = requests[index] as (typeof requests)[number];
            const { code } = outcome.reason as AppError;
            if (code === 'cancelled') expect(aborted).not.toBeNull();
            else if (code === 'checksum_mismatch')
              expect(kind === 'scan' || ids.includes(damage ?? -1)).toBe(true);
            else throw outcome.reason;
          }
          await own.batches.idle();
          expect(own.inUse.size).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
