import type { Report } from '../report.ts';

/** What is searched, and what its index is built from. */
export interface DataSource {
  /** The data folder. */
  readonly folder: string;
  readonly split: string | undefined;
  /** What it is built with; found in the folder when absent. */
  readonly checkpoint: string | undefined;
  /** Makes what is not there yet. */
  prepare(report: Report, signal: AbortSignal): Promise<void>;
}
