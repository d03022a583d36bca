import type { MatchPrecision } from '../../../shared/schema/index.ts';
import type { Measured, Spread } from './measure.ts';
import { rooflineShare } from './roofline.ts';

/** The results for one size and propagation. */
export interface CaseResult {
  readonly jointSize: number;
  readonly propagation: string;
  readonly measured: readonly Measured[];
  /** One caption with 100 images, on all threads; milliseconds. */
  readonly rerank: Readonly<Record<MatchPrecision, Spread>>;
  /** The speed of two threads divided by that of one, round by round. */
  readonly twoThreads: Readonly<Record<MatchPrecision, Spread>> | undefined;
}

const HEAD = [
  'D',
  'propagation',
  'engine',
  'pairs/s',
  'pairs per processor second',
  'GFLOP/s',
  'of the roofline',
  'KiB for an image',
  'largest difference',
];

/**
 * A markdown table of all cases: medians with quartiles.
 * @param bandwidth gigabytes that a thread reads per second
 */
export function table(results: readonly CaseResult[], bandwidth: Spread): string {
  const rows = results.flatMap((result) =>
    result.measured.map((one) => {
      const { name, pairsPerSecond, pairsPerProcessorSecond, gigaflops, bytesOfAnImage, error } = one;
      const share = rooflineShare(one, result.measured, bandwidth.median);
      return [
        `${result.jointSize}`,
        result.propagation,
        name,
        pairsPerSecond === undefined ? '' : whole(pairsPerSecond),
        pairsPerProcessorSecond === undefined ? '' : whole(pairsPerProcessorSecond),
        gigaflops.median.toFixed(1),
        share === undefined ? '' : `${Math.round(100 * share)} %`,
        bytesOfAnImage === undefined ? '' : `${Math.round(bytesOfAnImage / 1024)}`,
        pairsPerSecond === undefined ? '' : error.toExponential(0),
      ];
    }),
  );
  return markdown(HEAD, rows);
}

/** A markdown table of the time for one caption with 100 images, and of the gain from a second thread. */
export function rerankTable(results: readonly CaseResult[]): string {
  return markdown(
    [
      'D',
      'propagation',
      'precision',
      '100 images, one caption: ms, median (quartiles)',
      'fastest',
      'speed-up by two threads',
    ],
    results.flatMap(({ jointSize, propagation, rerank, twoThreads }) =>
      (['f32', 'i8'] as const).map((precision) => [
        `${jointSize}`,
        propagation,
        precision,
        fixed(rerank[precision]),
        rerank[precision].best.toFixed(2),
        twoThreads === undefined ? '' : fixed(twoThreads[precision]),
      ]),
    ),
  );
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function whole({ median, low, high }: Spread): string {
  const number = (value: number) => Math.round(value).toLocaleString('en');
  return `${number(median)} (${number(low)} to ${number(high)})`;
}

/** Two digits, with the quartiles. */
export function fixed({ median, low, high }: Spread): string {
  return `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}
