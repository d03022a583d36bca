import { describe, expect, it, vi } from 'vitest';
import { AppError, type ErrorCode } from '../../shared/errors/index.ts';
import type { QdrantStore } from '../../workers/clients/index.ts';
import { patientStore } from './patience.ts';

/** A store whose counts fail with these codes, one at each call, and then succeed. */
function failingWith(...codes: ErrorCode[]) {
  const count = vi.fn(async () => {
    const code = codes.shift();
    if (code !== undefined) throw new AppError(code, `failed with ${code}`);
    return 7;
  });
  return { store: { count } as unknown as QdrantStore, count };
}

describe('a patient store', () => {
  it('tries again what fails in passing, and says so', async () => {
    const { store, count } = failingWith('recall_unavailable', 'timeout', 'overloaded', 'recall_unavailable');
    const said: string[] = [];
    const patient = patientStore(store, { say: (line) => said.push(line), pauseMs: 1 });
    expect(await patient.count('c')).toBe(7);
    expect(count).toHaveBeenCalledTimes(5);
    expect(said).toHaveLength(4);
    expect(said[0]).toMatch(/^failed with recall_unavailable; trying again in \d+ s \(for \d+ s more\)$/);
  });

  it.each([
    'unauthorized',
    'conflict',
    'not_found',
    'request_invalid',
    'file_unwritable',
    'cancelled',
  ] as const)('does not repeat what fails with %s', async (code) => {
    const { store, count } = failingWith(code, code);
    const patient = patientStore(store, { say: () => {}, pauseMs: 1 });
    await expect(patient.count('c')).rejects.toMatchObject({ code });
    expect(count).toHaveBeenCalledTimes(1);
  });

  it('fails with the last failure when its time is over', async () => {
    const count = vi.fn(async () => Promise.reject(new AppError('timeout', 'still away')));
    const patient = patientStore({ count } as unknown as QdrantStore, {
      say: () => {},
      pauseMs: 1,
      limitMs: 20,
    });
    await expect(patient.count('c')).rejects.toMatchObject({ code: 'timeout', message: 'still away' });
    expect(count.mock.calls.length).toBeGreaterThan(1);
  });

  it('waits for two minutes by default, with growing pauses', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const began = performance.now();
      const pauses: number[] = [];
      const count = vi.fn(async () => Promise.reject(new AppError('timeout', 'away')));
      const patient = patientStore({ count } as unknown as QdrantStore, {
        say: (line) => {
          const pause = Number(/in (\d+) s/.exec(line)?.[1]);
          pauses.push(pause);
          vi.advanceTimersByTime(1000 * pause);
        },
        // Real pauses are short; the clock moves by those that are announced.
        sleep: async () => {},
      });
      await expect(patient.count('c')).rejects.toMatchObject({ code: 'timeout' });
      expect(performance.now() - began).toBeGreaterThanOrEqual(120_000);
      expect(pauses.slice(0, 6)).toEqual([1, 2, 4, 8, 16, 16]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('stops waiting when it is cancelled', async () => {
    const stop = new AbortController();
    const { store } = failingWith('overloaded');
    const patient = patientStore(store, { say: () => stop.abort(), pauseMs: 3_600_000, signal: stop.signal });
    await expect(patient.count('c')).rejects.toMatchObject({ code: 'cancelled' });
  });
});
