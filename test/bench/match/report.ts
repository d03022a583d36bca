import type { Measured, Spread } from './measure.ts';

/** What was measured of one size and propagation. */
export interface CaseResult {
  readonly jointSize: number;
  readonly propagation: string;
  readonly measured: readonly Measured[];
  /** One caption against 100 images, on all threads; milliseconds. */
  readonly rerank: Spread;
  /** Largest difference from the float64 reference among the checked scores. */
  readonly error: number;
}

const HEAD = [
  'D',
  'propagation',
  'engine',
  'pairs/s',
  'pairs per processor second',
  'GFLOP/s',
  'of bare products',
  'KiB an image',
];

/** A markdown table of all cases: medians with the quartiles around them. */
export function table(results: readonly CaseResult[]): string {
  const rows = results.flatMap((result) =>
    result.measured.map(
      ({ name, pairsPerSecond, pairsPerProcessorSecond, gigaflops: { median }, bytesOfAnImage }) => [
        `${result.jointSize}`,
        result.propagation,
        name,
        pairsPerSecond === undefined ? '' : whole(pairsPerSecond),
        pairsPerProcessorSecond === undefined ? '' : whole(pairsPerProcessorSecond),
        median.toFixed(1),
        pairsPerSecond === undefined ? '' : `${Math.round((100 * median) / yardstick(result))} %`,
        bytesOfAnImage === undefined ? '' : `${Math.round(bytesOfAnImage / 1024)}`,
      ],
    ),
  );
  return markdown(HEAD, rows);
}

/** A markdown table of how long one caption against 100 images takes. */
export function rerankTable(results: readonly CaseResult[]): string {
  return markdown(
    ['D', 'propagation', '100 images, one caption: ms', 'fastest'],
    results.map(({ jointSize, propagation, rerank: { median, low, high, best } }) => [
      `${jointSize}`,
      propagation,
      `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`,
      best.toFixed(2),
    ]),
  );
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function yardstick({ measured }: CaseResult): number {
  return measured.find(({ pairsPerSecond }) => pairsPerSecond === undefined)?.gigaflops.median ?? Number.NaN;
}

function whole({ median, low, high }: Spread): string {
  const number = (value: number) => Math.round(value).toLocaleString('en');
  return `${number(median)} (${number(low)} to ${number(high)})`;
}
