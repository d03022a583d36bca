import process from 'node:process';
import type { Report } from '../report.ts';
import { withProgress } from './progress.ts';

/** Progress and words on stderr, so that stdout stays free for results. */
export const terminalReport: Report = {
  stage: withProgress,
  say: (line) => process.stderr.write(`${line}\n`),
  warn: (line) => process.stderr.write(`warning: ${line}\n`),
};
