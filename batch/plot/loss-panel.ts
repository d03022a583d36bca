import { type ScaleLinear, scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import { bottomAxis, type Frame, leftAxis } from './axes.ts';
import type { CurrentEntries } from './current-entries.ts';
import { element, label } from './markup.ts';
import { rateStrip } from './rate-strip.ts';
import { envelope, type Point, runningMean } from './smooth.ts';
import type { StepEntry } from './training-entry.ts';

/** The share of all logged steps over which the loss is smoothed. */
const REMEMBERED = 0.01;

/** The loss, as logged and smoothed, above the learning rate; both have one axis of steps. */
export function lossPanel(frame: Frame, { steps, resumedAt }: CurrentEntries, end: number): string {
  const heading = label('Loss and learning rate', frame.left, frame.top - 8, { class: 'panel' });
  const top: Frame = { ...frame, top: frame.top + 12, height: frame.height * 0.72 - 12 };
  const bottom: Frame = { ...frame, top: frame.top + frame.height * 0.8, height: frame.height * 0.2 };
  const x = scaleLinear([0, end], [frame.left, frame.left + frame.width]);
  const marks = resumedAt.map((step) =>
    element('g', {}, [
      element('path', {
        class: 'mark',
        d: `M${Math.round(x(step))},${top.top}V${bottom.top + bottom.height}`,
      }),
      label('resumed', x(step) + 4, top.top + top.height - 6, { class: 'tick' }),
    ]),
  );
  const drawn =
    steps.length === 0
      ? [label('no step is logged yet', top.left + top.width / 2, top.top + top.height / 2, MIDDLE)]
      : [...lossCurves(top, x, steps), ...rateStrip(bottom, x, steps, end)];
  const axis = bottomAxis(bottom, x, { title: 'step' });
  return element('g', {}, [heading, axis, ...marks, ...drawn]);
}

const MIDDLE = { class: 'tick', 'text-anchor': 'middle' };

function lossCurves(frame: Frame, x: ScaleLinear<number, number>, steps: readonly StepEntry[]): string[] {
  const bottom = frame.top + frame.height;
  const losses = steps.map(({ loss }) => loss);
  const highest = losses.reduce((most, loss) => Math.max(most, loss), 0);
  const lowest = losses.reduce((least, loss) => Math.min(least, loss), 0);
  const y = scaleLinear([lowest, highest > lowest ? highest : lowest + 1], [bottom, frame.top]).nice(5);
  const span = Math.max(1, Math.round(losses.length * REMEMBERED));
  const smooth = runningMean(losses, span);
  const path = line<Point>(
    ([step]) => x(step),
    ([, loss]) => y(loss),
  ).digits(2);
  const curve = (values: readonly number[]): string =>
    path(
      envelope(
        steps.map(({ step }, index) => [step, values[index] ?? Number.NaN] as const),
        frame.width,
      ),
    ) ?? '';
  return [
    leftAxis(frame, y, { title: 'loss of the batch' }),
    element('path', { class: 'axis', d: `M${frame.left},${bottom}h${frame.width}` }),
    element('path', { class: 'raw plain', d: curve(losses) }),
    element('path', { class: 'curve plain', d: curve(smooth) }),
    // A line with one point is not visible.
    ...(steps.length === 1
      ? [element('circle', { class: 'dot', cx: x(steps[0]?.step ?? 0), cy: y(losses[0] ?? 0), r: 3 })]
      : []),
    ...legend(frame, span),
  ];
}

/** Next to the heading of the panel. */
function legend(frame: Frame, span: number): string[] {
  const [right, y] = [frame.left + frame.width, frame.top - 20];
  return [
    element('path', { class: 'raw plain', d: `M${right - 280},${y - 4}h22` }),
    label('as logged', right - 252, y, { class: 'tick' }),
    element('path', { class: 'curve plain', d: `M${right - 180},${y - 4}h22` }),
    label(`running mean (${span})`, right - 152, y, { class: 'tick' }),
  ];
}
