import { cpus } from 'node:os';
import process from 'node:process';

/** The value below which the share `q` of the values is; NaN if there are none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** The machine that the figures were measured on. */
export function machine(): string {
  return `${cpus()[0]?.model ?? 'unknown'} (${cpus().length} cores), Node ${process.version}`;
}
