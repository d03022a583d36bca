import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { unlessAborted, withDeadline } from './deadline.ts';

const forever = () => new Promise<never>(() => {});
const within = (timeoutMs: number, caller?: AbortSignal) => ({
  timeoutMs,
  caller,
  timeout: () => new AppError('timeout', `not within ${timeoutMs} ms`),
  cancelled: () => new AppError('cancelled', 'the caller went away'),
});

describe('withDeadline', () => {
  it('returns the result of the work', async () => {
    expect(await withDeadline(within(1000), async () => 'done')).toBe('done');
    const broken = withDeadline(within(1000), async () => Promise.reject(new Error('broken')));
    await expect(broken).rejects.toThrow('broken');
  });

  it('fails with timeout and aborts the work', async () => {
    let seen: AbortSignal | undefined;
    const late = withDeadline(within(5), (signal) => {
      seen = signal;
      return forever();
    });
    await expect(late).rejects.toMatchObject({ code: 'timeout', message: 'not within 5 ms' });
    expect(seen?.aborted).toBe(true);
  });

  it('fails with timeout even if the work throws because it was aborted', async () => {
    const late = withDeadline(
      within(5),
      (signal) =>
        new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => reject(new TypeError('fetch failed')));
        }),
    );
    await expect(late).rejects.toMatchObject({ code: 'timeout' });
  });

  it('fails with cancelled when the caller disconnects', async () => {
    const caller = new AbortController();
    const waiting = withDeadline(within(10_000, caller.signal), forever);
    caller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('does not start for a caller who has disconnected', async () => {
    let began = false;
    const never = withDeadline(within(1000, AbortSignal.abort()), async () => {
      began = true;
    });
    await expect(never).rejects.toMatchObject({ code: 'cancelled' });
    expect(began).toBe(false);
  });
});

describe('unlessAborted', () => {
  it('returns the result of the promise, or throws the reason of a signal that is aborted before or meanwhile', async () => {
    const controller = new AbortController();
    expect(await unlessAborted(Promise.resolve(3), controller.signal)).toBe(3);
    const waiting = unlessAborted(forever(), controller.signal);
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(unlessAborted(forever(), controller.signal)).rejects.toThrow('enough');
  });
});
