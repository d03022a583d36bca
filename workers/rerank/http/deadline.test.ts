import { describe, expect, it } from 'vitest';
import { timeLimit, withTimeLimit } from './deadline.ts';

describe('timeLimit', () => {
  it('is the longest without a header, and never more than that', () => {
    expect([timeLimit(undefined, 500), timeLimit('20', 500), timeLimit('9000', 500)]).toEqual([500, 20, 500]);
  });

  it.each(['', '0', '-5', '1.5', 'soon', 'NaN', 'Infinity', '1e999'])('refuses "%s"', (header) => {
    expect(() => timeLimit(header, 500)).toThrowError(expect.objectContaining({ code: 'request_invalid' }));
  });
});

describe('withTimeLimit', () => {
  const { signal: nobody } = new AbortController();
  const forever = () => new Promise<never>(() => {});

  it('answers what the work answers, and leaves the caller no listener', async () => {
    expect(await withTimeLimit(1000, nobody, async () => 'done')).toBe('done');
    await expect(
      withTimeLimit(1000, nobody, async () => Promise.reject(new Error('broken'))),
    ).rejects.toThrow('broken');
  });

  it('gives up when the time is over, even if the work does not listen, and tells it', async () => {
    let seen: AbortSignal | undefined;
    await expect(
      withTimeLimit(5, nobody, (signal) => {
        seen = signal;
        return forever();
      }),
    ).rejects.toMatchObject({ code: 'timeout' });
    expect(seen?.reason).toMatchObject({ code: 'timeout' });
  });

  it('gives up when the caller goes away, also one that is gone already', async () => {
    const caller = new AbortController();
    const waiting = withTimeLimit(1000, caller.signal, forever);
    caller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await expect(withTimeLimit(1000, AbortSignal.abort(), forever)).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
