import { type DirectionMetrics, oneDecimal } from '../../shared/retrieval/index.ts';
import type { CrossFit, RankedRow, Recalls } from './measure-fusion.ts';
import { DEPTHS, type ShortlistRecall } from './shortlist-recall.ts';

/** A recall encoder and its measurements. */
export interface EncoderRow {
  readonly name: string;
  readonly dimensions: number;
  /** Size of the encoder's float32 tensors. */
  readonly bytes: number;
  readonly fitSeconds: number;
  readonly recall: ShortlistRecall;
  /** Text to image, ranked by the encoder alone. */
  readonly alone: Recalls;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const all = (values: readonly number[]): string => values.map(oneDecimal).join(' ');

/** Encoders compared with exhaustive GSMN and with the right images, in Markdown. */
export function encoderTable(rows: readonly EncoderRow[]): string {
  const depths = DEPTHS.join(' ');
  return table(
    [
      'encoder',
      `GSMN's first in ${depths}`,
      `GSMN's ten in ${depths}`,
      `right one in ${depths}`,
      'alone R@1 5 10',
      'k',
      'MB',
    ],
    rows.map(({ name, recall, alone, dimensions, bytes }) => [
      name,
      all(recall.top1),
      all(recall.top10),
      all(recall.right),
      all(alone),
      `${dimensions}`,
      (bytes / 1e6).toFixed(1),
    ]),
  );
}

/** Rankings and their recall@K, in Markdown; the row of the fitted weight is evaluated on captions it was not fitted on. */
export function rankingTable(rows: readonly RankedRow[], { halves, all: whole, row }: CrossFit): string {
  const number = (value: number): string => `${Number(value.toPrecision(4))}`;
  const weights = halves
    .map(({ standardised, weight }) => `${standardised} (${number(weight)})`)
    .join(' and ');
  const cells = ({ name, exhaustive, cascades }: RankedRow): string[] => [
    name,
    recalls(exhaustive.textToImage),
    ...cascades.map(all),
    recalls(exhaustive.imageToText),
    oneDecimal(exhaustive.rsum),
  ];
  // Two weights in one matrix cannot be compared along the row of an image.
  const fitted = [...cells(row).slice(0, -2), '', ''];
  return [
    table(
      ['score', 'text to image', ...DEPTHS.map((depth) => `first ${depth}`), 'image to text', 'rsum'],
      [...rows.map(cells), fitted],
    ),
    '',
    `Weights fitted on the halves: ${weights}; on all: ${whole.standardised} (${number(whole.weight)}).`,
  ].join('\n');
}

const recalls = ({ r1, r5, r10 }: DirectionMetrics): string => all([r1, r5, r10]);
