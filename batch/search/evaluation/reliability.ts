import { scaleLinear } from 'd3-scale';
import { bottomAxis, type Frame, leftAxis } from '../../plot/axes.ts';
import { element, escapeMarkup, label } from '../../plot/markup.ts';
import { PLOT_STYLE } from '../../plot/plot-style.ts';
import type { AnsweredQuery } from './query-figures.ts';

/** Hits with about the same relevance. */
export interface ReliabilityBin {
  /** Mean relevance. */
  readonly predicted: number;
  /** The share that fits. */
  readonly observed: number;
  readonly hits: number;
}

/** How well relevance says what share of hits fits. */
export interface Reliability {
  readonly bins: readonly ReliabilityBin[];
  /** Mean distance of predicted and observed, over hits (expected calibration error). */
  readonly error: number;
  readonly hits: number;
}

const BINS = 10;
/** Hits of each query that count. */
const HITS = 10;

/** Reliability of the first ten hits of every query; undefined if they have no relevance. */
export function reliability(queries: readonly AnsweredQuery[]): Reliability | undefined {
  const hits = queries.flatMap(({ orders, relevant }) =>
    orders.fused
      .slice(0, HITS)
      .flatMap(({ id, relevance }) =>
        relevance === undefined ? [] : [{ relevance, fits: relevant.has(id) ? 1 : 0 }],
      ),
  );
  if (hits.length === 0) return undefined;
  const grouped = Map.groupBy(hits, ({ relevance }) => Math.min(BINS - 1, Math.floor(relevance * BINS)));
  const bins = [...grouped]
    .sort(([a], [b]) => a - b)
    .map(([, own]) => ({
      predicted: own.reduce((sum, { relevance }) => sum + relevance, 0) / own.length,
      observed: own.reduce((sum, { fits }) => sum + fits, 0) / own.length,
      hits: own.length,
    }));
  const distance = bins.reduce((sum, bin) => sum + bin.hits * Math.abs(bin.predicted - bin.observed), 0);
  return { bins, error: distance / hits.length, hits: hits.length };
}

const SIZE = { width: 420, height: 400 };
const FRAME: Frame = { left: 66, top: 54, width: 330, height: 290 };

/** The reliability diagram as a standalone SVG: on the diagonal, a share of the hits fits that is equal to their relevance. */
export function reliabilityPlot({ bins, error, hits }: Reliability, title: string): string {
  const x = scaleLinear([0, 1], [FRAME.left, FRAME.left + FRAME.width]);
  const y = scaleLinear([0, 1], [FRAME.top + FRAME.height, FRAME.top]);
  const most = Math.max(...bins.map((bin) => bin.hits));
  const path = bins.map(
    ({ predicted, observed }, at) => `${at === 0 ? 'M' : 'L'}${point(x(predicted))},${point(y(observed))}`,
  );
  const said = `${hits.toLocaleString('en')} hits; mean distance ${error.toFixed(3)}`;
  const body = [
    element('title', {}, [escapeMarkup(`${title}: ${said}`)]),
    element('style', {}, [PLOT_STYLE]),
    element('rect', { class: 'paper', ...SIZE, rx: 10 }),
    label(title, 20, 24, { class: 'panel' }),
    label(said, 20, 42, { class: 'tick' }),
    leftAxis(FRAME, y, { title: 'share that fits' }),
    bottomAxis(FRAME, x, { title: 'relevance' }),
    element('path', { class: 'mark', d: `M${x(0)},${y(0)}L${x(1)},${y(1)}` }),
    element('path', { class: 'curve image-to-text', d: path.join('') }),
    ...bins.map((bin) =>
      element('circle', {
        class: 'image-to-text',
        cx: x(bin.predicted),
        cy: y(bin.observed),
        // The area is the number of hits.
        r: 3 + 7 * Math.sqrt(bin.hits / most),
      }),
    ),
  ];
  const size = { ...SIZE, viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, class: 'chart', role: 'img' };
  return `${element('svg', { xmlns: 'http://www.w3.org/2000/svg', ...size }, body)}\n`;
}

function point(value: number): number {
  return Math.round(value * 100) / 100;
}
