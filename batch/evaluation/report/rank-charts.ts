import { scaleLinear, scaleLog } from 'd3-scale';
import { curveStepAfter, line } from 'd3-shape';
import { bottomAxis, type Frame, leftAxis } from '../../plot/axes.ts';
import { element, escapeMarkup, label } from '../../plot/markup.ts';

/** Ranks counted from one, of every query of a direction. */
export interface DirectionRanks {
  readonly imageToText: readonly number[];
  readonly textToImage: readonly number[];
}

const DIRECTIONS = [
  { key: 'imageToText', class: 'image-to-text', name: 'image to text' },
  { key: 'textToImage', class: 'text-to-image', name: 'text to image' },
] as const;

/** Small enough that its text can be read on a phone. */
const WIDTH = 440;
const HEIGHT = 270;
const FRAME: Frame = { left: 56, top: 14, width: 368, height: 206 };
const BOTTOM = FRAME.top + FRAME.height;

/** The last rank of each bar of the histogram. */
const BAR_ENDS = [1, 5, 10, 50, 100, 500, 1000, 5000, Number.POSITIVE_INFINITY];

/** recall@K for every K, with K on a logarithmic scale; dots at 1, 5 and 10. */
export function recallCurve(ranks: DirectionRanks): string {
  const furthest = Math.max(10, largest(ranks.imageToText), largest(ranks.textToImage));
  const x = scaleLog([1, furthest], [FRAME.left, FRAME.left + FRAME.width]);
  const y = scaleLinear([0, 100], [BOTTOM, FRAME.top]);
  const curves = DIRECTIONS.flatMap(({ key, class: name }) => {
    const recall = recallOf(ranks[key]);
    const points = wholeNumbers(furthest).map((k) => [x(k), y(recall(k))] as const);
    const path = line<readonly [number, number]>().curve(curveStepAfter).digits(2)(points) ?? '';
    return [
      element('path', { class: `curve ${name}`, d: path }),
      ...[1, 5, 10].map((k) => element('circle', { class: name, cx: x(k), cy: y(recall(k)), r: 3.5 })),
    ];
  });
  const ticks = [1, 5, 10, 50, 100, 500, 1000, 5000].filter((k) => k <= furthest);
  const said = DIRECTIONS.map(({ key, name }) => {
    const recall = recallOf(ranks[key]);
    return `${name}: ${[1, 5, 10].map((k) => `R@${k} ${recall(k).toFixed(1)}`).join(', ')}`;
  });
  return chart(`Recall at K. ${said.join('; ')}.`, [
    leftAxis(FRAME, y, { title: 'recall, %' }),
    bottomAxis(FRAME, x, { title: 'K, first answers looked at', ticks, format: String }),
    ...curves,
  ]);
}

/** The share of queries whose right answer is at each rank, in percent. */
export function rankHistogram(ranks: DirectionRanks): string {
  const furthest = Math.max(largest(ranks.imageToText), largest(ranks.textToImage));
  const ends = BAR_ENDS.filter((_, index) => index === 0 || (BAR_ENDS[index - 1] ?? 0) < furthest);
  const bars = ends.map((end, index) => {
    const from = (ends[index - 1] ?? 0) + 1;
    const shareOf = (list: readonly number[]): number =>
      (100 * list.filter((rank) => rank >= from && rank <= end).length) / Math.max(1, list.length);
    const shares = DIRECTIONS.map(({ key }) => shareOf(ranks[key]));
    const to = Math.min(end, furthest);
    return { shares, name: from === to ? String(from) : `${from}–${to}` };
  });
  const highest = bars.reduce((most, { shares }) => Math.max(most, ...shares), 1);
  const y = scaleLinear([0, highest], [BOTTOM, FRAME.top]).nice(5);
  const step = FRAME.width / bars.length;
  const drawn = bars.flatMap(({ shares, name }, index) => {
    const left = FRAME.left + index * step;
    const width = step * 0.38;
    const rectangles = shares.map((share, side) =>
      element('rect', {
        class: DIRECTIONS[side]?.class,
        x: left + step * 0.1 + side * width,
        y: y(share),
        width,
        height: BOTTOM - y(share),
      }),
    );
    const number = { class: 'tick', 'text-anchor': 'middle', 'font-size': step < 50 ? 10 : undefined };
    return [...rectangles, label(name, left + step / 2, BOTTOM + 17, number)];
  });
  const said = bars.map(
    ({ name, shares }) => `${name}: ${shares.map((share) => share.toFixed(1)).join(' and ')}`,
  );
  return chart(
    `Ranks of the right answer, percent of image to text and text to image queries. ${said.join('; ')}.`,
    [
      leftAxis(FRAME, y, { title: 'queries, %' }),
      ...drawn,
      element('path', { class: 'axis', d: `M${FRAME.left},${BOTTOM}h${FRAME.width}` }),
      label('rank of the right answer', FRAME.left + FRAME.width / 2, BOTTOM + 36, {
        class: 'axis-title',
        'text-anchor': 'middle',
      }),
    ],
  );
}

function chart(said: string, children: readonly string[]): string {
  const attributes = { class: 'chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': said };
  return element('svg', attributes, [element('title', {}, [escapeMarkup(said)]), ...children]);
}

/** Share of ranks up to K, in percent. */
function recallOf(ranks: readonly number[]): (k: number) => number {
  return (k) => (100 * ranks.filter((rank) => rank <= k).length) / Math.max(1, ranks.length);
}

/** Whole numbers from 1 to the last: all small ones, and only as many large ones as a curve can show. */
function wholeNumbers(last: number): number[] {
  const numbers = new Set<number>();
  const count = 160;
  for (let index = 0; index <= count; index++) numbers.add(Math.round(last ** (index / count)));
  for (let small = 1; small <= Math.min(20, last); small++) numbers.add(small);
  return [...numbers].sort((one, other) => one - other);
}

function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 1);
}
