import { type ScaleLinear, scaleLinear, scaleLog } from 'd3-scale';
import { curveStepAfter, line } from 'd3-shape';
import type { Frame } from './axes.ts';
import { element, label } from './markup.ts';
import type { Point } from './smooth.ts';
import type { StepEntry } from './training-entry.ts';

/** Pixels between the numbers, so that they do not overlap. */
const APART = 64;

/** The learning rate as steps, in decades if it is never zero; its values are written where they start. */
export function rateStrip(
  frame: Frame,
  x: ScaleLinear<number, number>,
  steps: readonly StepEntry[],
  end: number,
): string[] {
  const changes = steps.filter(({ lr }, index) => index === 0 || lr !== steps[index - 1]?.lr);
  const y = rateScale(frame, changes);
  const points: Point[] = changes.map(({ step, lr }) => [step, lr]);
  const last = points.at(-1);
  if (last !== undefined) points.push([end, last[1]]);
  const path = line<Point>(
    ([step]) => x(step),
    ([, rate]) => y(rate),
  )
    .curve(curveStepAfter)
    .digits(2);
  const title = { x: frame.left - 46, y: frame.top + frame.height / 2 };
  return [
    label('learning rate', title.x, title.y, {
      class: 'axis-title',
      'text-anchor': 'middle',
      transform: `rotate(-90 ${title.x} ${title.y})`,
    }),
    element('path', { class: 'grid', d: `M${frame.left},${frame.top}h${frame.width}` }),
    element('path', { class: 'curve plain', d: path(points) ?? '' }),
    ...rateLabels(changes, x, y, frame),
  ];
}

function rateScale(frame: Frame, changes: readonly StepEntry[]): (rate: number) => number {
  const rates = changes.map(({ lr }) => lr);
  const highest = rates.reduce((most, rate) => Math.max(most, rate), 0);
  const lowest = rates.reduce((least, rate) => Math.min(least, rate), highest);
  // Space for the numbers above the line.
  const range = [frame.top + frame.height - 8, frame.top + 26];
  if (lowest === highest) return () => frame.top + frame.height / 2 + 8;
  return lowest > 0 ? scaleLog([lowest, highest], range) : scaleLinear([0, highest], range);
}

function rateLabels(
  changes: readonly StepEntry[],
  x: ScaleLinear<number, number>,
  y: (rate: number) => number,
  frame: Frame,
): string[] {
  const labels: string[] = [];
  let free = frame.left;
  for (const { step, lr } of changes) {
    const left = Math.min(x(step), frame.left + frame.width - APART);
    if (left < free) continue;
    labels.push(label(String(Number(lr.toPrecision(3))), left + 3, y(lr) - 6, { class: 'tick' }));
    free = left + APART;
  }
  return labels;
}
