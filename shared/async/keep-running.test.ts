import { afterEach, describe, expect, it, vi } from 'vitest';
import { type KeepRunningOptions, keepRunning, type Running } from './keep-running.ts';

/** Something that ends when it is told to, and notes that it was closed. */
function part() {
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const running: Running = { ended, close: async () => end('closed') };
  return { running, end };
}

const options = (more: Partial<KeepRunningOptions<Running>>) => ({
  name: 'the part',
  launch: () => new Promise<never>(() => {}),
  onEnd: () => {},
  ...more,
});

describe('keepRunning', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('launches again what ended by itself, and says why', async () => {
    const [first, second] = [part(), part()];
    const ends: string[] = [];
    const running: Running[] = [];
    const again = Promise.withResolvers<void>();
    const kept = keepRunning(
      first.running,
      options({
        launch: async () => second.running,
        onRunning: (one) => {
          running.push(one);
          if (one === second.running) again.resolve();
        },
        onEnd: (end) => ends.push(end),
      }),
    );
    first.end('SIGKILL');
    await again.promise;
    expect([running, ends]).toEqual([[first.running, second.running], ['SIGKILL']]);
    await kept.close();
    await kept.close();
    expect(await second.running.ended).toBe('closed');
    expect(await kept.ended).toBeUndefined();
  });

  it('gives up what ends again and again, after longer and longer delays', async () => {
    vi.useFakeTimers();
    const delays: number[] = [];
    const first = part();
    first.end('exit code 1');
    const kept = keepRunning(
      first.running,
      options({
        launch: () => Promise.reject(new Error('no memory')),
        onEnd: (_, delay) => delays.push(delay),
        hint: 'see the log',
      }),
    );
    const ended = expect(kept.ended).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringMatching(/the part ended 6 times.*no memory/),
      hint: 'see the log',
    });
    await vi.runAllTimersAsync();
    await ended;
    expect(delays).toEqual([0, 250, 500, 1000, 2000]);
  });

  it('ends while it waits to launch again', async () => {
    const first = part();
    const waiting = Promise.withResolvers<void>();
    const kept = keepRunning(
      first.running,
      options({
        launch: () => Promise.reject(new Error('not yet')),
        onEnd: (_, delay) => {
          if (delay > 0) waiting.resolve();
        },
      }),
    );
    first.end('exit code 1');
    await waiting.promise;
    await kept.close();
    expect(await kept.ended).toBeUndefined();
  });
});
