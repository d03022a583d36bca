import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AdaptiveLimit } from './adaptive-limit.ts';

const OPTIONS = { start: 16, most: 64, targetMs: 100 };

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

/** A service that needs `ms` for each piece of work, one after another: the time of one among `running`. */
function rounds(limit: AdaptiveLimit, ms: number, count: number): void {
  for (let round = 0; round < count; round++) {
    const running = limit.value;
    vi.advanceTimersByTime(running * ms);
    for (let one = 0; one < running; one++) limit.note({ ms: running * ms, failed: false, running });
  }
}

describe('AdaptiveLimit', () => {
  it.each([
    [1, 64],
    [2, 50],
    [5, 20],
    [25, 4],
    [1000, 1],
  ])('settles where each piece ends in time if one takes %s ms: at about %s', (ms, expected) => {
    const limit = new AdaptiveLimit(OPTIONS);
    rounds(limit, ms, 200);
    expect(limit.value).toBeGreaterThanOrEqual(Math.floor(0.85 * expected));
    expect(limit.value).toBeLessThanOrEqual(expected + 1);
  });

  it('follows a service that becomes slower, and faster again', () => {
    const limit = new AdaptiveLimit(OPTIONS);
    rounds(limit, 2, 200);
    rounds(limit, 20, 50);
    expect(limit.value).toBeLessThanOrEqual(6);
    rounds(limit, 2, 200);
    expect(limit.value).toBeGreaterThanOrEqual(42);
  });

  it('counts the failures of one moment once', () => {
    const limit = new AdaptiveLimit(OPTIONS);
    for (let one = 0; one < 16; one++) limit.note({ ms: 5, failed: true, running: 16 });
    expect(limit.value).toBe(11);
    vi.advanceTimersByTime(100);
    limit.note({ ms: 5, failed: true, running: 11 });
    expect(limit.value).toBe(7);
  });

  it('does not grow while it is not used', () => {
    const limit = new AdaptiveLimit(OPTIONS);
    for (let one = 0; one < 1000; one++) limit.note({ ms: 5, failed: false, running: 3 });
    expect(limit.value).toBe(16);
  });

  it('stays between 1 and the most, whatever happens', () => {
    const event = fc.record({
      ms: fc.integer({ min: 0, max: 10_000 }),
      failed: fc.boolean(),
      running: fc.nat(100),
    });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const limit = new AdaptiveLimit(OPTIONS);
        for (const one of events) {
          vi.advanceTimersByTime(one.ms);
          limit.note(one);
          expect(limit.value).toBeGreaterThanOrEqual(1);
          expect(limit.value).toBeLessThanOrEqual(OPTIONS.most);
        }
      }),
    );
  });
});
