import { describe, expect, it } from 'vitest';
import { withDeadline } from './deadline.ts';

const forever = () => new Promise<never>(() => {});

describe('withDeadline', () => {
  it('gives what the work gives', async () => {
    expect(await withDeadline('it', 1000, undefined, async () => 'done')).toBe('done');
    await expect(
      withDeadline('it', 1000, undefined, async () => Promise.reject(new Error('broken'))),
    ).rejects.toThrow('broken');
  });

  it('ends with timeout, names who was late, and tells the work', async () => {
    let seen: AbortSignal | undefined;
    const late = withDeadline('the reranker', 5, undefined, (signal) => {
      seen = signal;
      return forever();
    });
    await expect(late).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('the reranker'),
    });
    expect(seen?.aborted).toBe(true);
  });

  it('ends with timeout also when the work throws because it was told', async () => {
    const late = withDeadline(
      'it',
      5,
      undefined,
      (signal) =>
        new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => reject(new TypeError('fetch failed')));
        }),
    );
    await expect(late).rejects.toMatchObject({ code: 'timeout' });
  });

  it('ends with cancelled when the caller goes away', async () => {
    const caller = new AbortController();
    const waiting = withDeadline('it', 10_000, caller.signal, forever);
    caller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('does not begin for a caller who is gone', async () => {
    let began = false;
    const never = withDeadline('it', 1000, AbortSignal.abort(), async () => {
      began = true;
    });
    await expect(never).rejects.toMatchObject({ code: 'cancelled' });
    expect(began).toBe(false);
  });
});
