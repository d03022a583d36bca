import { oneDecimal } from '../../shared/retrieval/index.ts';
import type { CrossFit, RankedRow } from './measure-fusion.ts';
import { DEPTHS, type ShortlistRecall } from './measure-head.ts';

/** A head and what was measured of it. */
export interface HeadRow {
  readonly name: string;
  readonly dimensions: number;
  /** Of the head's float32 tensors. */
  readonly bytes: number;
  readonly fitSeconds: number;
  readonly recall: ShortlistRecall;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const all = (values: readonly number[]): string => values.map(oneDecimal).join(' ');

/** Heads against exhaustive GSMN and the truth, in Markdown. */
export function headTable(rows: readonly HeadRow[]): string {
  const depths = DEPTHS.join(' ');
  return table(
    ['head', `GSMN's first in ${depths}`, `GSMN's ten in ${depths}`, `right one in ${depths}`, 'k', 'MB'],
    rows.map(({ name, recall, dimensions, bytes }) => [
      name,
      all(recall.top1),
      all(recall.top10),
      all(recall.right),
      `${dimensions}`,
      (bytes / 1e6).toFixed(1),
    ]),
  );
}

/** Rankings and their recalls, in Markdown; the fitted weight's row is judged on captions it was not fitted on. */
export function rankingTable(rows: readonly RankedRow[], { halves, all: whole, row }: CrossFit): string {
  const number = (value: number): string => `${Number(value.toPrecision(4))}`;
  const weights = halves
    .map(({ standardised, weight }) => `${standardised} (${number(weight)})`)
    .join(' and ');
  return [
    table(
      [
        'score',
        'image to text, all',
        'rsum, all',
        'text to image, all',
        ...DEPTHS.map((depth) => `first ${depth}`),
      ],
      [...rows, row].map(({ name, exhaustive: { textToImage: t, imageToText: i, rsum }, cascades }) => [
        name,
        all([i.r1, i.r5, i.r10]),
        oneDecimal(rsum),
        all([t.r1, t.r5, t.r10]),
        ...cascades.map(all),
      ]),
    ),
    '',
    `Weights fitted on the halves: ${weights}; on all: ${whole.standardised} (${number(whole.weight)}).`,
  ].join('\n');
}
