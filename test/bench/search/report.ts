import process from 'node:process';
import { machine } from '../statistics.ts';
import type { Recalls } from './check.ts';
import type { Measured } from './measure.ts';
import type { SearchBenchOptions } from './options.ts';
import type { PairByPair } from './pair-by-pair.ts';

/** Prints the figures: a table, or one line of JSON. */
export function report(result: {
  readonly options: SearchBenchOptions;
  readonly backend: string;
  readonly images: number;
  readonly shortlist: number;
  readonly measured: readonly Measured[];
  readonly recall: Recalls;
  readonly baseline: PairByPair;
}): void {
  const { options, backend, images, shortlist, measured, recall, baseline } = result;
  if (options.json) {
    const { limit } = options;
    process.stdout.write(
      `${JSON.stringify({ bench: 'search', machine: machine(), backend, images, shortlist, limit, measured, recall, baseline })}\n`,
    );
    return;
  }
  const ms = (value: number) => value.toFixed(1).padStart(8);
  const percent = (value: number) => `${(100 * value).toFixed(1)}%`;
  const lines = [
    `search through the edge worker, ${images} images, shortlist ${shortlist}, ${options.limit} hits with evidence; ${backend}; ${machine()}`,
  ];
  for (const { concurrency, searches, perSecond, degraded, total, stages } of measured) {
    lines.push(
      '',
      `concurrency ${concurrency}: ${searches} searches, ${perSecond.toFixed(1)}/s, ${degraded} degraded      p50      p95      p99 ms`,
    );
    for (const [name, { p50, p95, p99 }] of [['total', total] as const, ...Object.entries(stages)]) {
      lines.push(`  ${name.padEnd(10)} ${ms(p50)} ${ms(p95)} ${ms(p99)}`);
    }
  }
  lines.push(
    '',
    `right image first ${percent(recall.r1)}, among 5 ${percent(recall.r5)}, among 10 ${percent(recall.r10)}`,
    `GSMN of a shortlist: ${baseline.batchedP50.toFixed(1)} ms in one call, ${baseline.pairsP50.toFixed(1)} ms pair by pair (${baseline.ratio.toFixed(1)}x), same scores`,
    '',
  );
  process.stdout.write(lines.join('\n'));
}
