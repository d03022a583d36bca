import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { currentEntries } from './current-entries.ts';
import type { TrainingEntry } from './training-entry.ts';
import { trainingPlot } from './training-plot.ts';

const RUN: TrainingEntry = { type: 'run', data_name: '<f30k>' };

function step(number: number, loss: number, lr = 0.0002): TrainingEntry {
  const times = { batchSeconds: 1, dataSeconds: 0.1, wallTime: number };
  return { type: 'step', step: number, epoch: Math.floor(number / 100), loss, lr, gradientNorm: 1, ...times };
}

function validation(number: number, rsum: number): TrainingEntry {
  const [r1, r5, r10, r1i, r5i, r10i] = [10, 30, 50, 9, 29, rsum - 128];
  const ranks = { medr: 5, meanr: 9, medri: 6, meanri: 10 };
  return {
    type: 'validation',
    step: number,
    epoch: 1,
    r1,
    r5,
    r10,
    r1i,
    r5i,
    r10i,
    ...ranks,
    rsum,
    wallTime: 1,
  };
}

/** The texts of an SVG. */
function texts(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1] ?? '');
}

/** Points of the path with these classes. */
function pathPoints(svg: string, classes: string): number[][] {
  const path = [...svg.matchAll(/<path class="([^"]*)" d="([^"]*)"\/>/g)].filter(
    ([, name]) => name === classes,
  );
  return path.map(([, , d]) =>
    [...(d ?? '').matchAll(/[ML]([\d.]+),([\d.]+)/g)].flatMap(([, x, y]) => [Number(x), Number(y)]),
  );
}

const entries: TrainingEntry[] = [
  RUN,
  ...[1, 2, 3, 4].map((n) => step(n * 100, 50 - n * 10, n > 2 ? 0.00002 : 0.0002)),
  validation(200, 170),
  validation(300, 175.25),
  validation(400, 171),
];

describe('trainingPlot', () => {
  it('labels what it shows: axes, legend, learning rates, recall@K, the best', () => {
    const shown = texts(trainingPlot(entries));
    expect(shown).toEqual(
      expect.arrayContaining([
        'Training run',
        '400 steps, in epoch 5, best rsum 175.3 at step 300',
        'loss of the batch',
        'step',
        'learning rate',
        'recall, %',
        'rsum',
        'as logged',
        'image to text',
        'text to image',
        '0.0002',
        '0.00002',
        'R@1 10.0',
        'R@10 43.0',
        'best: rsum 175.3',
      ]),
    );
  });

  it('draws the losses to scale, and the running mean with them', () => {
    const svg = trainingPlot(entries);
    // The first is the curve, the second the legend's.
    const [raw = []] = pathPoints(svg, 'raw plain');
    expect(raw).toHaveLength(8);
    // Steps 100 to 400 of 400 on 490 pixels from 86; losses fall by equal steps.
    expect([0, 2, 4, 6].map((index) => raw[index])).toEqual([208.5, 331, 453.5, 576]);
    const falls = [1, 3, 5].map((index) => (raw[index + 2] ?? 0) - (raw[index] ?? 0));
    expect(falls[0]).toBeGreaterThan(10);
    expect(falls[1]).toBeCloseTo(falls[0] ?? 0, 1);
    expect(falls[2]).toBeCloseTo(falls[0] ?? 0, 1);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('can be rendered, on its own background', async () => {
    const { data, info } = await sharp(Buffer.from(trainingPlot(entries)))
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([1240, 560]);
    const middle = (280 * info.width + 620) * info.channels;
    expect([...data.subarray(middle, middle + 3)]).toEqual([255, 255, 255]);
  });

  it.each<[string, TrainingEntry[], readonly string[]]>([
    ['no step', [RUN], ['no step is logged yet', 'not validated yet', 'nothing is logged yet']],
    ['one step', [RUN, step(1, 3)], ['not validated yet', '1 step, in epoch 1, not validated yet']],
    ['one validation', [RUN, step(9, 3), validation(9, 150)], ['best: rsum 150.0']],
    ['a loss of zero and a rate of zero', [RUN, step(1, 0, 0), step(2, 0, 0.1)], ['0', '0.1']],
  ])('draws a run with %s', (_, run, said) => {
    const svg = trainingPlot(run);
    expect(texts(svg)).toEqual(expect.arrayContaining([...said]));
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('stays small for runs of any length', () => {
    const long = Array.from({ length: 50_000 }, (_, index) => step(index + 1, 20 + (index % 7)));
    expect(trainingPlot([RUN, ...long]).length).toBeLessThan(100_000);
  });
});

describe('currentEntries', () => {
  it('replaces steps that a resumed run repeats', () => {
    const { steps, validations, resumedAt } = currentEntries([
      RUN,
      step(1, 5),
      step(2, 4),
      validation(2, 150),
      step(3, 3),
      validation(3, 160),
      RUN,
      step(3, 2),
      validation(3, 170),
      step(4, 1),
    ]);
    expect(steps.map(({ step: number, loss }) => [number, loss])).toEqual([
      [1, 5],
      [2, 4],
      [3, 2],
      [4, 1],
    ]);
    expect(validations.map(({ rsum }) => rsum)).toEqual([150, 170]);
    expect(resumedAt).toEqual([2]);
  });

  it('keeps everything of a run that was resumed at its end', () => {
    const current = currentEntries([RUN, step(1, 5), validation(1, 150), RUN, step(2, 4)]);
    expect(current).toMatchObject({
      steps: [{ step: 1 }, { step: 2 }],
      validations: [{ step: 1 }],
      resumedAt: [1],
    });
  });
});
