import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError, type ErrorCode } from '../../../shared/errors/index.ts';
import { type Attempt, CallPolicy } from './call-policy.ts';

const OPTIONS = {
  timeoutMs: 1000,
  retries: 2,
  backoffMs: 10,
  circuit: { failureRate: 0.5, calls: 5, windowMs: 10_000, restMs: 1000 },
};

/** Work that fails with these codes, one for each call, and then succeeds. */
function failingWith(...codes: ErrorCode[]) {
  return vi.fn(async (_attempt: Attempt) => {
    const code = codes.shift();
    if (code !== undefined) throw new AppError(code, code);
    return 'done';
  });
}

describe('CallPolicy', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const policy = (changes: Partial<typeof OPTIONS> = {}) =>
    new CallPolicy('it', 'rerank_unavailable', { ...OPTIONS, ...changes });

  /** Lets time pass until the call has ended. */
  async function settle<T>(call: Promise<T>): Promise<T> {
    const outcome = call.then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    await vi.advanceTimersByTimeAsync(20_000);
    return (await outcome)();
  }

  it('tries again after a passing failure', async () => {
    const work = failingWith('rerank_unavailable', 'overloaded');
    expect(await settle(policy().run(work))).toBe('done');
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('tries at most as often as allowed', async () => {
    const work = failingWith('overloaded', 'overloaded', 'overloaded', 'overloaded');
    await expect(settle(policy().run(work))).rejects.toMatchObject({ code: 'overloaded' });
    expect(work).toHaveBeenCalledTimes(3);
  });

  it.each(['request_invalid', 'unauthorized', 'generation_missing', 'query_empty', 'not_found'] as const)(
    'does not repeat what fails with %s',
    async (code) => {
      const work = failingWith(code);
      await expect(settle(policy().run(work))).rejects.toMatchObject({ code });
      expect(work).toHaveBeenCalledTimes(1);
    },
  );

  it('does not try again without retries', async () => {
    const work = failingWith('overloaded');
    await expect(settle(policy({ retries: 0 }).run(work))).rejects.toMatchObject({ code: 'overloaded' });
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('gives every attempt the deadline of the whole call', async () => {
    const began = performance.now();
    const work = failingWith('overloaded', 'overloaded');
    await settle(policy().run(work, { timeoutMs: 500 }));
    expect(work.mock.calls.map(([{ deadline }]) => deadline - began)).toEqual([500, 500, 500]);
  });

  it('stops trying when the time is up', async () => {
    const work = vi.fn(
      ({ signal }: Attempt) =>
        new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => reject(new AppError('rerank_unavailable', 'aborted')));
        }),
    );
    await expect(settle(policy().run(work, { timeoutMs: 50 }))).rejects.toMatchObject({
      code: 'timeout',
      message: 'it did not respond within 50 ms',
    });
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('spends few retries on a service that is down', async () => {
    const own = policy({ circuit: { failureRate: 0.5, calls: 1000, windowMs: 10_000, restMs: 1000 } });
    const work = vi.fn(async () => Promise.reject(new AppError('rerank_unavailable', 'down')));
    for (let call = 0; call < 100; call++) {
      await expect(settle(own.run(work))).rejects.toMatchObject({ code: 'rerank_unavailable' });
    }
    // Without a budget there would be 300 attempts.
    expect(work.mock.calls.length).toBeGreaterThan(100);
    expect(work.mock.calls.length).toBeLessThan(140);
  });

  it('stops calling a service that never responds in time', async () => {
    const own = policy({ retries: 0 });
    const work = vi.fn(() => new Promise<never>(() => {}));
    for (let call = 0; call < 5; call++) {
      const late = own.run(work, { timeoutMs: 10 });
      const refused = expect(late).rejects.toMatchObject({ code: 'timeout' });
      await vi.advanceTimersByTimeAsync(10);
      await refused;
    }
    await expect(own.run(work)).rejects.toMatchObject({ code: 'rerank_unavailable' });
    expect(work).toHaveBeenCalledTimes(5);
  });
});
