import type { Report } from '../report.ts';

/** What is searched, and what its index is built from. */
export interface DataSource {
  /** The data folder. */
  readonly folder: string;
  readonly split: string | undefined;
  /** The model or checkpoint that it is built with; found in the folder if absent. */
  readonly checkpoint: string | undefined;
  /** Makes what does not exist yet. */
  prepare(report: Report, signal: AbortSignal): Promise<void>;
}
