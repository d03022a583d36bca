import { element, label } from './markup.ts';

/** The area of a chart's data, in pixels of the SVG. */
export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The part of d3's scales that an axis uses. */
export interface AxisScale {
  (value: number): number;
  ticks(count?: number): number[];
  tickFormat(count?: number): (value: number) => string;
}

interface AxisOptions {
  /** The title: what the numbers are, with their unit. */
  readonly title?: string;
  /** Approximate number of ticks. */
  readonly count?: number;
  /** Positions of ticks, if the scale does not choose them. */
  readonly ticks?: readonly number[];
  readonly format?: (value: number) => string;
}

/** Ticks with numbers, and the title, below a frame. */
export function bottomAxis(frame: Frame, scale: AxisScale, options: AxisOptions = {}): string {
  const bottom = frame.top + frame.height;
  const { count = 6, ticks = scale.ticks(count), format = scale.tickFormat(count) } = options;
  const marks = ticks.flatMap((value) => [
    element('path', { class: 'axis', d: `M${point(scale(value))},${bottom}v4` }),
    label(format(value), scale(value), bottom + 17, { class: 'tick', 'text-anchor': 'middle' }),
  ]);
  const line = element('path', { class: 'axis', d: `M${frame.left},${bottom}h${frame.width}` });
  const title =
    options.title === undefined
      ? []
      : [
          label(options.title, frame.left + frame.width / 2, bottom + 36, {
            class: 'axis-title',
            'text-anchor': 'middle',
          }),
        ];
  return element('g', {}, [line, ...marks, ...title]);
}

/** Ticks with numbers, grid lines and the title (rotated) left of a frame. */
export function leftAxis(frame: Frame, scale: AxisScale, options: AxisOptions = {}): string {
  const { count = 5, ticks = scale.ticks(count), format = scale.tickFormat(count) } = options;
  const marks = ticks.flatMap((value) => [
    element('path', { class: 'grid', d: `M${frame.left},${point(scale(value))}h${frame.width}` }),
    label(format(value), frame.left - 8, scale(value) + 4, { class: 'tick', 'text-anchor': 'end' }),
  ]);
  const [x, y] = [frame.left - 46, frame.top + frame.height / 2];
  const title =
    options.title === undefined
      ? []
      : [
          label(options.title, x, y, {
            class: 'axis-title',
            'text-anchor': 'middle',
            transform: `rotate(-90 ${x} ${y})`,
          }),
        ];
  return element('g', {}, [...marks, ...title]);
}

function point(value: number): number {
  return Math.round(value * 100) / 100;
}
