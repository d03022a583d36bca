import type { Measured } from './measure.ts';

/** Names of the yardsticks: products of float32 and of bytes. */
export const YARDSTICKS = { f32: 'bare products, 1 thread', i8: 'bare products in i8, 1 thread' } as const;

/**
 * The share of the machine's limit that a matcher reaches: the time of a pair's multiply-adds at the speed of bare
 * products, or the time to read its images' bytes from memory if that is longer, divided by the time that a pair takes.
 * Undefined for contenders other than the fused kernel.
 * @param bandwidth gigabytes that a thread reads per second
 */
export function rooflineShare(
  { pairsPerProcessorSecond, operationsOfAPair, bytesOfAPair }: Measured,
  all: readonly Measured[],
  bandwidth: number,
): number | undefined {
  if (pairsPerProcessorSecond === undefined || operationsOfAPair === undefined || bytesOfAPair === undefined)
    return undefined;
  const speed = (name: string) =>
    1e9 * (all.find((one) => one.name === name)?.gigaflops.median ?? Number.NaN);
  const { all: operations, ofBytes } = operationsOfAPair;
  const computing =
    (2 * ofBytes) / speed(YARDSTICKS.i8) + (2 * (operations - ofBytes)) / speed(YARDSTICKS.f32);
  const reading = bytesOfAPair / (1e9 * bandwidth);
  return Math.max(computing, reading) * pairsPerProcessorSecond.median;
}
