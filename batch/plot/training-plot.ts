import { bestValidation, currentEntries } from './current-entries.ts';
import { lossPanel } from './loss-panel.ts';
import { element, escapeMarkup, label } from './markup.ts';
import { PLOT_STYLE } from './plot-style.ts';
import { recallPanel } from './recall-panel.ts';
import type { TrainingEntry } from './training-entry.ts';

const WIDTH = 1240;
const HEIGHT = 560;
const PANEL_TOP = 92;
const PANEL_HEIGHT = 408;

/**
 * A training run as a standalone SVG: the loss and the learning rate on the left, recall@K of every validation with the
 * best marked on the right. A panel without data says so.
 */
export function trainingPlot(entries: readonly TrainingEntry[]): string {
  const current = currentEntries(entries);
  const last = current.steps.at(-1)?.step ?? 0;
  const end = Math.max(1, last, current.validations.at(-1)?.step ?? 0);
  const summary = summarise(current.steps.length, end, current.steps.at(-1)?.epoch, current.validations);
  const body = [
    element('title', { id: 'title' }, ['Training run']),
    element('desc', { id: 'description' }, [escapeMarkup(summary)]),
    element('style', {}, [PLOT_STYLE]),
    element('rect', { class: 'paper', width: WIDTH, height: HEIGHT, rx: 10 }),
    label('Training run', 30, 38, { class: 'heading' }),
    label(summary, 30, 60, { class: 'tick' }),
    lossPanel({ left: 86, top: PANEL_TOP, width: 490, height: PANEL_HEIGHT }, current, end),
    recallPanel({ left: 670, top: PANEL_TOP, width: 430, height: PANEL_HEIGHT }, current, end),
  ];
  const size = { width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}` };
  const names = { role: 'img', 'aria-labelledby': 'title description' };
  return `${element('svg', { xmlns: 'http://www.w3.org/2000/svg', ...size, ...names }, body)}\n`;
}

function summarise(
  steps: number,
  end: number,
  epoch: number | undefined,
  validations: Parameters<typeof bestValidation>[0],
): string {
  if (steps === 0 && validations.length === 0) return 'nothing is logged yet';
  const best = bestValidation(validations);
  return [
    `${end.toLocaleString('en')} ${end === 1 ? 'step' : 'steps'}`,
    ...(epoch === undefined ? [] : [`in epoch ${epoch + 1}`]),
    best === undefined
      ? 'not validated yet'
      : `best rsum ${best.rsum.toFixed(1)} at step ${best.step.toLocaleString('en')}`,
  ].join(', ');
}
