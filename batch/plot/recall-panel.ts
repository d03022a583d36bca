import { type ScaleLinear, scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { bottomAxis, type Frame, leftAxis } from './axes.ts';
import { bestValidation, type CurrentEntries } from './current-entries.ts';
import { element, label } from './markup.ts';
import type { Point } from './smooth.ts';
import type { ValidationEntry } from './training-entry.ts';

/** recall@K of both directions: solid for 1, dashed for 5, dotted for 10. */
const RECALLS = [
  { key: 'r10', name: 'R@10', class: 'curve loose image-to-text' },
  { key: 'r10i', name: 'R@10', class: 'curve loose text-to-image' },
  { key: 'r5', name: 'R@5', class: 'curve middling image-to-text' },
  { key: 'r5i', name: 'R@5', class: 'curve middling text-to-image' },
  { key: 'r1', name: 'R@1', class: 'curve image-to-text' },
  { key: 'r1i', name: 'R@1', class: 'curve text-to-image' },
] as const;

/** Up to this number, validations are also drawn as dots. */
const MOST_DOTS = 30;
/** Pixels between the labels at the ends of the curves. */
const LINE_HEIGHT = 16;

/** The six values of recall@K above their sum, at each validation; the best is marked in both. */
export function recallPanel(frame: Frame, { validations }: CurrentEntries, end: number): string {
  const heading = label('Recall on the validation split', frame.left, frame.top - 8, { class: 'panel' });
  const top: Frame = { ...frame, top: frame.top + 12, height: frame.height * 0.64 - 12 };
  const bottom: Frame = { ...frame, top: frame.top + frame.height * 0.74, height: frame.height * 0.26 };
  const x = scaleLinear([0, end], [frame.left, frame.left + frame.width]);
  const axis = bottomAxis(bottom, x, { title: 'step' });
  if (validations.length === 0) {
    const centre = { class: 'tick', 'text-anchor': 'middle' };
    const [middle, height] = [top.left + top.width / 2, top.top + top.height / 2];
    return element('g', {}, [heading, axis, label('not validated yet', middle, height, centre)]);
  }
  const recalls = recallCurves(top, x, validations);
  const sums = sumCurve(bottom, x, validations);
  return element('g', {}, [
    heading,
    ...legend(frame),
    axis,
    ...recalls,
    ...sums,
    ...bestMark(frame, x, validations),
  ]);
}

/** Next to the heading of the panel: the colour of each direction. */
function legend(frame: Frame): string[] {
  const y = frame.top - 8;
  const right = frame.left + frame.width + 110;
  return [
    element('path', { class: 'curve image-to-text', d: `M${right - 236},${y - 4}h20` }),
    label('image to text', right - 210, y, { class: 'tick' }),
    element('path', { class: 'curve text-to-image', d: `M${right - 112},${y - 4}h20` }),
    label('text to image', right - 86, y, { class: 'tick' }),
  ];
}

function recallCurves(
  frame: Frame,
  x: ScaleLinear<number, number>,
  validations: readonly ValidationEntry[],
): string[] {
  const y = scaleLinear([0, 100], [frame.top + frame.height, frame.top]);
  const curves = RECALLS.map(({ key, class: name }) =>
    curve(
      validations.map((entry) => [x(entry.step), y(entry[key])] as const),
      name,
    ),
  );
  const last = validations.at(-1);
  const ends = RECALLS.map((recall) => ({ ...recall, value: last?.[recall.key] ?? 0 }));
  ends.sort((one, other) => other.value - one.value);
  const heights = apart(ends.map(({ value }) => y(value)));
  const labels = ends.map(({ name, value, class: classes }, index) =>
    label(`${name} ${value.toFixed(1)}`, x(last?.step ?? 0) + 9, (heights[index] ?? 0) + 4, {
      class: classes.includes('image-to-text') ? 'image-to-text' : 'text-to-image',
    }),
  );
  return [leftAxis(frame, y, { title: 'recall, %' }), ...curves, ...labels];
}

/** Moves sorted heights apart, and the whole back into the panel. */
function apart(heights: readonly number[]): number[] {
  const pushed: number[] = [];
  for (const height of heights) pushed.push(Math.max(height, (pushed.at(-1) ?? -Infinity) + LINE_HEIGHT));
  const shift = pushed.reduce((sum, height, index) => sum + height - (heights[index] ?? 0), 0);
  return pushed.map((height) => height - shift / pushed.length);
}

function sumCurve(
  frame: Frame,
  x: ScaleLinear<number, number>,
  validations: readonly ValidationEntry[],
): string[] {
  const sums = validations.map(({ rsum }) => rsum);
  const [lowest, highest] = [Math.min(...sums), Math.max(...sums)];
  const room = highest > lowest ? 0 : 1;
  const y = scaleLinear([lowest - room, highest + room], [frame.top + frame.height, frame.top]).nice(3);
  const points = validations.map((entry) => [x(entry.step), y(entry.rsum)] as const);
  return [leftAxis(frame, y, { title: 'rsum', count: 3 }), curve(points, 'curve plain')];
}

/** A curve with a dot at each validation, if the dots leave its dashes visible. */
function curve(points: readonly Point[], name: string): string {
  const direction = /image-to-text|text-to-image/.exec(name)?.[0] ?? 'dot';
  const dotted = points.length <= MOST_DOTS ? points : [];
  const dots = dotted.map(([cx, cy]) => element('circle', { class: direction, cx, cy, r: 2.5 }));
  return element('g', {}, [
    element('path', { class: name, d: line<Point>().digits(2)(points) ?? '' }),
    ...dots,
  ]);
}

function bestMark(
  frame: Frame,
  x: ScaleLinear<number, number>,
  validations: readonly ValidationEntry[],
): string[] {
  const best = bestValidation(validations);
  if (best === undefined) return [];
  const left = x(best.step);
  const late = left > frame.left + frame.width / 2;
  const side = { class: 'tick', 'text-anchor': late ? 'end' : 'start' };
  return [
    element('path', {
      class: 'mark',
      d: `M${Math.round(left)},${frame.top + 12}V${frame.top + frame.height}`,
    }),
    label(`best: rsum ${best.rsum.toFixed(1)}`, left + (late ? -6 : 6), frame.top + frame.height * 0.7, side),
  ];
}
