import { expect } from 'vitest';

/** The allowed difference of two numbers: `|actual - expected| <= absolute + relative · |expected|`. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** Asserts that numbers are close, one by one; NaN fails, and so does another length. Names the largest difference. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { absolute, relative }: Tolerance,
  what = 'values',
): void {
  expect(actual.length, `${what}: length`).toBe(expected.length);
  let worst = -1;
  let excess = 0;
  for (let index = 0; index < expected.length; index++) {
    const [a, e] = [actual[index] as number, expected[index] as number];
    const over = Math.abs(a - e) - (absolute + relative * Math.abs(e));
    if (over <= excess) continue;
    // A comparison with NaN is false, so NaN arrives here as the worst difference.
    worst = index;
    if (Number.isNaN(over)) break;
    excess = over;
  }
  if (worst >= 0) {
    expect.fail(
      `${what}: at ${worst} got ${actual[worst]}, expected ${expected[worst]} ± ${absolute} + ${relative} relative`,
    );
  }
}
