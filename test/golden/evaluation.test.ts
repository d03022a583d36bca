import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateCommand } from '../../batch/cli/commands/evaluate.ts';
import { scoreCommand } from '../../batch/cli/commands/score.ts';
import { type Evaluation, openEvaluation } from '../../batch/evaluation/open-evaluation.ts';
import { runEvaluation } from '../../batch/evaluation/run-evaluation.ts';
import { encodeFold } from '../../batch/evaluation/score-members.ts';
import { type DirectionMetrics, evenCaptionImages } from '../../shared/retrieval/index.ts';
import { expectClose } from '../support/close.ts';
import { withFolder } from '../support/data-folder.ts';
import { runCommand } from '../support/run-command.ts';
import { type GoldenArray, readArray, readArrays } from './golden-files.ts';

const root = resolve(import.meta.dirname, '../../../shared/golden');

const MODELS = [
  ...(['released', 'neighbours'] as const).flatMap((code) =>
    ['dense', 'sparse', 'unigru-lambda10', 'wide'].map((name) => [code, name, 'model_best.pth.tar'] as const),
  ),
  ['released', 'dense', 'model_best.zip.pth.tar'] as const,
];

/** float32 compared with float32 in another order of sums; measured: nodes 2e-7, scores 2e-6. */
const NODES = { absolute: 1e-5, relative: 0 };
const SCORES = { absolute: 1e-4, relative: 0 };

interface Expected {
  readonly metrics: readonly number[];
  readonly ranks: readonly number[];
}

function asExpected({ r1, r5, r10, median, mean, ranks }: DirectionMetrics): Expected {
  return { metrics: [r1, r5, r10, median, mean], ranks: [...ranks] };
}

describe.skipIf(!existsSync(root)).each(MODELS)(
  'evaluation of %s/%s from %s, files to figures (skipped without ../shared/golden)',
  (code, name, checkpoint) => {
    const folder = join(root, code, name);
    const propagation = code === 'neighbours' ? 'neighbours' : 'self';
    const shared = ['--checkpoint', join(folder, checkpoint), '--data', join(folder, 'data')];
    const options = [...shared, '--propagation', propagation, '--backend', 'wasm'];

    const outputs = (): Map<string, GoldenArray> => readArrays(join(folder, 'outputs.npz'));
    const expected = (): { readonly i2t: Expected; readonly t2i: Expected } =>
      JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));

    async function withEvaluation(use: (evaluation: Evaluation) => Promise<void>): Promise<void> {
      const evaluation = await openEvaluation({
        checkpoint: join(folder, checkpoint),
        folder: join(folder, 'data'),
        split: 'test',
        propagation,
        backend: 'wasm',
        protocol: 'clean',
        fold5: false,
      });
      try {
        await use(evaluation);
      } finally {
        await evaluation.close();
      }
    }

    it('has the nodes, the scores of both graphs, the metrics and the ranks', async () => {
      await withEvaluation(async (evaluation) => {
        const golden = outputs();
        const output = (key: string): Float32Array => golden.get(key)?.data ?? new Float32Array();
        const [fold] = evaluation.folds;
        if (fold === undefined) throw new Error('there is no fold');
        expect([fold.images, fold.captions.length]).toEqual([[0, 12], 60]);
        expect(fold.captionImages).toEqual(evenCaptionImages(12, 5));
        const { images, captions } = await encodeFold(evaluation, fold, (_label, _unit, work) =>
          work(() => {}),
        );
        const size = output('image_nodes').length / 12;
        for (const [index, { nodes }] of images.entries()) {
          expectClose(
            nodes,
            output('image_nodes').subarray(index * size, (index + 1) * size),
            NODES,
            `image ${index}`,
          );
        }
        const padded = output('word_nodes').length / 60;
        for (const [index, { words }] of captions.entries()) {
          const nodes = output('word_nodes').subarray(index * padded, index * padded + words.length);
          expectClose(words, nodes, NODES, `caption ${index}`);
        }
        const { matcher } = evaluation.engines;
        const prepared = await matcher.prepareImages(images);
        const scores = await matcher.score(prepared, captions);
        prepared.dispose();
        expectClose(scores.imageToText, output('i2t'), SCORES, 'i2t');
        expectClose(scores.textToImage, output('t2i'), SCORES, 't2i');

        const [metrics] = await runEvaluation([evaluation], (_label, _unit, work) => work(() => {}));
        expect(metrics && asExpected(metrics.imageToText)).toEqual(expected().i2t);
        expect(metrics && asExpected(metrics.textToImage)).toEqual(expected().t2i);
      });
    });

    it('prints those metrics as JSON', async () => {
      const report = JSON.parse(await runCommand(evaluateCommand(), [...options, '--json']));
      expect(report).toMatchObject({
        model: { kind: 'checkpoint', propagation, sparse: name === 'sparse' },
        data: { split: 'test', images: 12, captions: 60 },
        backend: 'wasm',
        protocol: 'clean',
      });
      for (const [direction, { metrics }] of [
        ['imageToText', expected().i2t],
        ['textToImage', expected().t2i],
      ] as const) {
        const { r1, r5, r10, median, mean } = report.metrics[direction];
        expect([r1, r5, r10, median, mean]).toEqual(metrics);
      }
    });

    it('writes the similarities', async () => {
      await withFolder(new Map(), async (target) => {
        const out = join(target, 'sims.npy');
        await runCommand(scoreCommand(), [...options, '--out', out]);
        const { shape, data } = readArray(out);
        expect(shape).toEqual([12, 60]);
        expectClose(data, outputs().get('sims')?.data ?? [], SCORES, 'sims');
      });
    });
  },
);
