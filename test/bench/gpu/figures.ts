import { quantile } from '../statistics.ts';

/** A row of the table. */
export interface Figure {
  readonly part: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
}

/** The median seconds of a call, of as many as fit into the time; the first call compiles and does not count. */
export async function medianSeconds(seconds: number, work: () => Promise<unknown>): Promise<number> {
  await work();
  const times: number[] = [];
  const until = performance.now() + 1000 * seconds;
  do {
    const began = performance.now();
    await work();
    times.push((performance.now() - began) / 1000);
  } while (performance.now() < until);
  return quantile(times, 0.5);
}

/** Makes sure that numbers are those of a trusted engine, because a fast wrong result is useless. */
export function assertClose(
  what: string,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  most: number,
): void {
  if (found.length !== expected.length)
    throw new Error(`${what}: ${found.length} numbers instead of ${expected.length}`);
  for (let at = 0; at < found.length; at++) {
    const difference = Math.abs((found[at] as number) - (expected[at] as number));
    if (!(difference <= most))
      throw new Error(`${what}: number ${at} is ${difference} away from the expected`);
  }
}
