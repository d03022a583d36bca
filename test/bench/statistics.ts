import { cpus } from 'node:os';
import process from 'node:process';

/** The value below which the share `q` of the values lies; NaN of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

/** What the figures were measured on. */
export function machine(): string {
  return `${cpus()[0]?.model ?? 'unknown'} (${cpus().length} cores), Node ${process.version}`;
}
