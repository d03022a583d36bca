import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MinuteLimit } from './minute-limit.ts';

const START = 1_790_000_000_123;

describe('MinuteLimit', () => {
  it('lets no more through in any 60 seconds, and says when it lets more through', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(
          fc.record({ pause: fc.integer({ min: 0, max: 40_000 }), amount: fc.integer({ min: 1, max: 30 }) }),
        ),
        (most, calls) => {
          const limit = new MinuteLimit(most);
          const spent: { at: number; amount: number }[] = [];
          let now = START;
          for (const { pause, amount } of calls) {
            now += pause;
            const seconds = limit.wait(amount, now);
            if (amount > most) {
              expect(seconds).toBe(Number.POSITIVE_INFINITY);
              continue;
            }
            const within = spent
              .filter(({ at }) => at > now - 60_000)
              .reduce((sum, one) => sum + one.amount, 0);
            if (seconds === 0) {
              expect(within + amount).toBeLessThanOrEqual(most);
              limit.spend(amount, now);
              spent.push({ at: now, amount });
            } else {
              // It waits no longer than the minute and the slot that it is counted in, and not for nothing.
              expect(seconds).toBeLessThanOrEqual(65);
              const older = spent
                .filter(({ at }) => at > now - 65_000)
                .reduce((sum, one) => sum + one.amount, 0);
              expect(older + amount).toBeGreaterThan(most);
              const later = new MinuteLimit(most);
              for (const one of spent) later.spend(one.amount, one.at);
              expect(later.wait(amount, now + seconds * 1000)).toBe(0);
            }
          }
        },
      ),
    );
  });

  it('is free after a pause, and frees nothing if the clock is set back', () => {
    const limit = new MinuteLimit(10);
    limit.spend(10, START);
    expect(limit.wait(1, START - 3_600_000)).toBeGreaterThan(0);
    expect(limit.wait(1, START + 30_000)).toBeGreaterThan(0);
    expect(limit.wait(10, START + 65_000)).toBe(0);
  });
});
