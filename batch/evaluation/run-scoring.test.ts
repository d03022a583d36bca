import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readArray } from '../../test/golden/golden-files.ts';
import { testallFiles } from '../../test/golden/testall-folder.ts';
import { expectClose } from '../../test/support/close.ts';
import { withFolder } from '../../test/support/data-folder.ts';
import { openEvaluation } from './open-evaluation.ts';
import { runEvaluation } from './run-evaluation.ts';
import { runScoring } from './run-scoring.ts';

const golden = resolve(import.meta.dirname, '../../../shared/golden/released/wide');

describe.skipIf(!existsSync(golden))('scoring by folds (skipped without ../shared/golden)', () => {
  it('writes the diagonal blocks of the whole matrix, with the metrics of each fold', async () => {
    await withFolder(testallFiles(golden), async (folder) => {
      const scored = async (fold5: boolean) => {
        const evaluation = await openEvaluation({
          checkpoint: join(golden, 'model_best.pth.tar'),
          folder,
          split: 'testall',
          backend: 'wasm',
          protocol: 'clean',
          fold5,
        });
        const out = join(folder, `${fold5}.npy`);
        const shape = await runScoring([evaluation], out, (_label, _unit, work) => work(() => {}));
        const metrics = await runEvaluation([evaluation], (_label, _unit, work) => work(() => {}));
        await evaluation.close();
        const array = readArray(out);
        expect(array.shape).toEqual(shape);
        return { ...array, metrics };
      };
      const whole = await scored(false);
      const folds = await scored(true);
      expect(whole.shape).toEqual([10, 50]);
      expect(folds.shape).toEqual([5, 2, 10]);
      expect(whole.metrics).toHaveLength(1);
      expect(folds.metrics.map(({ textToImage }) => textToImage.ranks.length)).toEqual([10, 10, 10, 10, 10]);
      const blocks = Float32Array.from(folds.data, (_, index) => {
        const [fold, row, column] = [Math.floor(index / 20), Math.floor(index / 10) % 2, index % 10];
        return whole.data[(2 * fold + row) * 50 + 10 * fold + column] ?? Number.NaN;
      });
      expectClose(folds.data, blocks, { absolute: 1e-5, relative: 0 });
    });
  });
});
