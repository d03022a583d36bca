import process from 'node:process';
import { machine } from '../statistics.ts';
import type { Recalls } from './check.ts';
import type { Figures, Measured, Percentiles } from './measure.ts';
import type { SearchBenchOptions } from './options.ts';
import type { PairByPair } from './pair-by-pair.ts';

export interface SearchBenchResult {
  readonly options: SearchBenchOptions;
  readonly backend: string;
  readonly images: number;
  readonly shortlist: number;
  readonly measured: readonly Measured[];
  /** In the order of the checkouts. */
  readonly recall: readonly Recalls[];
  readonly pairByPair: PairByPair;
}

/** Prints the figures: tables, or one line of JSON. */
export function report(result: SearchBenchResult): void {
  process.stdout.write(result.options.json ? json(result) : text(result));
}

/** The figures of each checkout by its name. */
function json({ options, measured, recall, ...rest }: SearchBenchResult): string {
  const byName = <T>(values: readonly T[]) =>
    Object.fromEntries(options.checkouts.map(({ name }, at) => [name, values[at]]));
  const { limit } = options;
  return `${JSON.stringify({
    bench: 'search',
    machine: machine(),
    limit,
    ...rest,
    measured: measured.map(({ concurrency, figures }) => ({ concurrency, ...byName(figures) })),
    recall: byName(recall),
  })}\n`;
}

function text({
  options,
  backend,
  images,
  shortlist,
  measured,
  recall,
  pairByPair,
}: SearchBenchResult): string {
  const lines = [
    `search through the edge worker, ${images} images, shortlist ${shortlist}, ${options.limit} hits with evidence; ${backend}; ${machine()}`,
  ];
  for (const { concurrency, figures } of measured) {
    for (const [at, one] of figures.entries())
      lines.push('', ...figureLines(`${options.checkouts[at]?.name}, concurrency ${concurrency}`, one));
    const [current, baseline] = figures;
    if (current !== undefined && baseline !== undefined)
      lines.push('', ...comparisonLines(concurrency, current, baseline));
  }
  lines.push('');
  for (const [at, { r1, r5, r10 }] of recall.entries()) {
    const name = options.checkouts[at]?.name;
    lines.push(`${name}: right image first ${percent(r1)}, among 5 ${percent(r5)}, among 10 ${percent(r10)}`);
  }
  const { batchedP50, pairsP50, ratio } = pairByPair;
  lines.push(
    `GSMN of a shortlist: ${batchedP50.toFixed(1)} ms in one call, ${pairsP50.toFixed(1)} ms pair by pair (${ratio.toFixed(1)}x), same scores`,
    '',
  );
  return lines.join('\n');
}

function figureLines(title: string, figures: Figures): string[] {
  const { searches, perSecond, degraded, total, work, stages, eventLoop, systemCpu, clientCpu } = figures;
  const row = (name: string, { p50, p95, p99 }: Percentiles) =>
    `  ${name.padEnd(12)} ${cell(p50)} ${cell(p95)} ${cell(p99)}`;
  return [
    `${title}: ${searches} searches, ${perSecond.toFixed(1)}/s, ${degraded} degraded`,
    `  ${'ms'.padEnd(12)} ${'p50'.padStart(8)} ${'p95'.padStart(8)} ${'p99'.padStart(8)}`,
    row('search', total),
    row('own work', work),
    ...Object.entries(stages).map(([name, times]) => row(`  ${name}`, times)),
    `  event loop blocked at most ${eventLoop.max.toFixed(1)} ms (p99 ${eventLoop.p99.toFixed(1)})`,
    `  processor time per search: ${systemCpu.toFixed(1)} ms, and ${clientCpu.toFixed(1)} ms of the client`,
  ];
}

/** Ratios above 1 mean that this checkout is better. */
function comparisonLines(concurrency: number, current: Figures, baseline: Figures): string[] {
  const rows: [name: string, current: number, baseline: number, ratio: number][] = [
    ['p50 ms', current.total.p50, baseline.total.p50, baseline.total.p50 / current.total.p50],
    ['p95 ms', current.total.p95, baseline.total.p95, baseline.total.p95 / current.total.p95],
    ['searches/s', current.perSecond, baseline.perSecond, current.perSecond / baseline.perSecond],
    ['own work p95', current.work.p95, baseline.work.p95, baseline.work.p95 / current.work.p95],
    ['processor ms', current.systemCpu, baseline.systemCpu, baseline.systemCpu / current.systemCpu],
  ];
  const byRound = current.rounds.map(
    ({ perSecond }, at) => perSecond / (baseline.rounds[at]?.perSecond ?? Number.NaN),
  );
  return [
    `concurrency ${concurrency}     current  baseline     times better`,
    ...rows.map(
      ([name, own, other, ratio]) => `  ${name.padEnd(12)} ${cell(own)} ${cell(other)} ${cell(ratio)}`,
    ),
    `  searches/s by round: ${byRound.map((ratio) => ratio.toFixed(1)).join(', ')} times`,
  ];
}

function cell(value: number): string {
  return value.toFixed(1).padStart(8);
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)}%`;
}
