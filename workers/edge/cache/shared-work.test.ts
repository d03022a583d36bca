import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { SharedWork } from './shared-work.ts';

const keep = () => {};
const leaving = () => new AbortController();

/** Work that ends when the test says so. */
function held() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const signals: AbortSignal[] = [];
  const begin = vi.fn((signal: AbortSignal) => {
    signals.push(signal);
    return promise;
  });
  return { begin, signals, resolve, reject };
}

describe('work that callers share', () => {
  it('is done once for all who ask meanwhile, and anew for those who ask later', async () => {
    const work = new SharedWork<string>();
    const { begin, resolve } = held();
    const all = Array.from({ length: 20 }, () => work.join('a', leaving().signal, begin, keep));
    const other = work.join('b', leaving().signal, async () => 'another', keep);
    expect(begin).toHaveBeenCalledTimes(1);
    resolve('done');
    expect((await Promise.all(all)).map(({ result, joined }) => [result, joined])).toEqual([
      ['done', false],
      ...Array.from({ length: 19 }, () => ['done', true]),
    ]);
    expect((await other).result).toBe('another');
    await work.join('a', leaving().signal, begin, keep);
    expect([begin.mock.calls.length, work.size]).toEqual([2, 0]);
  });

  it('fails for all who wait, and begins anew for the next', async () => {
    const work = new SharedWork<string>();
    const { begin, reject } = held();
    const all = [1, 2].map(() => work.join('a', leaving().signal, begin, keep));
    reject(new Error('away'));
    for (const one of all) await expect(one).rejects.toThrow('away');
    expect((await work.join('a', leaving().signal, async () => 'back', keep)).result).toBe('back');
  });

  it('continues for those who stay, whoever leaves, and is aborted when nobody does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { maxLength: 5 }), async (leave) => {
        const work = new SharedWork<string>();
        const { begin, signals, resolve } = held();
        const callers = Array.from({ length: 5 }, leaving);
        const waits = callers.map(({ signal }) => work.join('a', signal, begin, keep));
        const settled = Promise.allSettled(waits);
        for (const one of leave) callers[one]?.abort(new Error('left'));
        await new Promise((done) => setTimeout(done));
        expect(signals.map(({ aborted }) => aborted)).toEqual([leave.length === 5]);
        // A new caller does not join what was given up.
        const next = work.join('a', leaving().signal, begin, keep);
        expect(begin).toHaveBeenCalledTimes(leave.length === 5 ? 2 : 1);
        resolve('done');
        expect((await next).result).toBe('done');
        const outcomes = (await settled).map(({ status }, at) => [status, leave.includes(at)]);
        for (const [status, left] of outcomes) expect(status).toBe(left ? 'rejected' : 'fulfilled');
      }),
      { numRuns: 40 },
    );
  });

  it('does not begin for a caller that has left', async () => {
    const { begin } = held();
    const work = new SharedWork<string>();
    await expect(work.join('a', AbortSignal.abort(new Error('left')), begin, keep)).rejects.toThrow('left');
    expect(begin).not.toHaveBeenCalled();
  });
});
