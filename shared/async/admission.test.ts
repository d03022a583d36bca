import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Admission } from './admission.ts';

const { signal } = new AbortController();

/** Lets everything that can continue do so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Work that ends when it is aborted. */
function held() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { work: () => promise, end: () => resolve('done'), fail: () => reject(new Error('broken')) };
}

describe('Admission', () => {
  it('runs as many at once as allowed, then one by one in their order', async () => {
    const admission = new Admission(2, 10);
    const order: number[] = [];
    const jobs = [0, 1, 2, 3].map(() => held());
    const results = jobs.map((job, index) =>
      admission.run(signal, () => {
        order.push(index);
        return job.work();
      }),
    );
    await settled();
    expect([order, admission.running, admission.waiting]).toEqual([[0, 1], 2, 2]);
    jobs[1]?.end();
    await settled();
    expect([order, admission.running, admission.waiting]).toEqual([[0, 1, 2], 2, 1]);
    for (const job of jobs) job.end();
    await Promise.all(results);
    expect([order, admission.running, admission.waiting]).toEqual([[0, 1, 2, 3], 0, 0]);
  });

  it('refuses requests that find the queue full, and no others', async () => {
    const admission = new Admission(1, 1);
    const [first, second] = [held(), held()];
    const results = [admission.run(signal, first.work), admission.run(signal, second.work)];
    await expect(admission.run(signal, async () => 'third')).rejects.toMatchObject({ code: 'overloaded' });
    first.end();
    second.end();
    expect(await Promise.all(results)).toEqual(['done', 'done']);
    expect(await admission.run(signal, async () => 'fourth')).toBe('fourth');
  });

  it('gives the place of work that failed to the next', async () => {
    const admission = new Admission(1, 1);
    const job = held();
    const failed = admission.run(signal, job.work);
    const next = admission.run(signal, async () => 'next');
    job.fail();
    await expect(failed).rejects.toThrow('broken');
    expect(await next).toBe('next');
    expect([admission.running, admission.waiting]).toEqual([0, 0]);
  });

  it('lets a waiting request leave, whose work then never starts', async () => {
    const admission = new Admission(1, 5);
    const job = held();
    const running = admission.run(signal, job.work);
    const leaving = new AbortController();
    let began = false;
    const left = admission.run(leaving.signal, async () => {
      began = true;
    });
    const behind = admission.run(signal, async () => 'behind');
    leaving.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    expect(admission.waiting).toBe(1);
    job.end();
    expect([await running, await behind, began]).toEqual(['done', 'behind', false]);
  });

  it('keeps the place of an aborted request until its work has really ended', async () => {
    const admission = new Admission(1, 5);
    const job = held();
    const aborting = new AbortController();
    const running = admission.run(aborting.signal, job.work);
    const next = admission.run(signal, async () => 'next');
    aborting.abort();
    await settled();
    expect([admission.running, admission.waiting]).toEqual([1, 1]);
    job.end();
    await running;
    expect(await next).toBe('next');
  });

  it('does not start work that was aborted before', async () => {
    const admission = new Admission(1, 1);
    const aborted = AbortSignal.abort(new Error('gone'));
    await expect(admission.run(aborted, async () => 'never')).rejects.toThrow('gone');
    expect(admission.running).toBe(0);
  });

  it('gives several places at once when the concurrency has grown', async () => {
    let concurrency = 1;
    const admission = new Admission(() => concurrency, 10);
    const jobs = [0, 1, 2, 3].map(() => held());
    const results = jobs.map((job) => admission.run(signal, job.work));
    concurrency = 3;
    jobs[0]?.end();
    await settled();
    expect([admission.running, admission.waiting]).toEqual([3, 0]);
    concurrency = 1;
    const last = admission.run(signal, async () => 'last');
    jobs[1]?.end();
    jobs[2]?.end();
    await settled();
    expect([admission.running, admission.waiting]).toEqual([1, 1]);
    jobs[3]?.end();
    await Promise.all([...results, last]);
  });
});

describe('the time that work waits', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }));
  afterEach(() => vi.useRealTimers());

  const work = (ms: number) => () => new Promise<string>((resolve) => setTimeout(() => resolve('done'), ms));

  it('is limited, and ends with a refusal', async () => {
    const admission = new Admission(1, 10);
    const running = admission.run(signal, work(500));
    const late = admission.run(signal, work(1), { waitMs: 400 });
    const inTime = admission.run(signal, work(1), { waitMs: 600 });
    const refused = expect(late).rejects.toMatchObject({ code: 'overloaded' });
    await vi.advanceTimersByTimeAsync(450);
    await refused;
    expect(admission.waiting).toBe(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(await Promise.all([running, inTime])).toEqual(['done', 'done']);
    expect([admission.running, admission.waiting, admission.expectedMs]).toEqual([0, 0, 0]);
  });

  it('is expected from the work before, by its cost', async () => {
    const admission = new Admission(2, 10);
    const measured = admission.run(signal, work(100), { cost: 50 });
    await vi.advanceTimersByTimeAsync(100);
    await measured;
    const running = [1, 2].map(() => admission.run(signal, work(100), { cost: 50 }));
    expect(admission.expectedMs).toBeCloseTo(200);
    await expect(admission.run(signal, work(1), { cost: 50, withinMs: 299 })).rejects.toMatchObject({
      code: 'overloaded',
      message: 'the requests before this one need 300 ms, it has 299 ms',
    });
    const small = admission.run(signal, work(1), { cost: 25, withinMs: 299 });
    expect([admission.running, admission.waiting]).toEqual([2, 1]);
    await vi.advanceTimersByTimeAsync(200);
    expect(await Promise.all([...running, small])).toEqual(['done', 'done', 'done']);
    // Two at once took the time of one.
    void admission.run(signal, work(10), { cost: 50 });
    expect(admission.expectedMs).toBeLessThan(100);
    await vi.advanceTimersByTimeAsync(10);
  });

  it('does not count while nothing runs', async () => {
    const admission = new Admission(1, 10);
    const first = admission.run(signal, work(10));
    await vi.advanceTimersByTimeAsync(60_000);
    await first;
    const second = admission.run(signal, work(10));
    await vi.advanceTimersByTimeAsync(10);
    await second;
    void admission.run(signal, work(10));
    expect(admission.expectedMs).toBeCloseTo(10);
    await vi.advanceTimersByTimeAsync(10);
  });
});
