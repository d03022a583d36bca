import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateCommand } from '../../batch/cli/commands/evaluate.ts';
import { scoreCommand } from '../../batch/cli/commands/score.ts';
import { openNpy } from '../../shared/formats/npy/index.ts';
import { withFileSource } from '../../shared/platform/file-source.ts';
import { expectClose } from '../support/close.ts';
import { withFolder } from '../support/data-folder.ts';
import { runCommand } from '../support/run-command.ts';
import { readArray, readArrays } from './golden-files.ts';

const root = resolve(import.meta.dirname, '../../../shared/golden/released');

/** float32 compared with float32 in another order of sums; measured: 2e-6. */
const SCORES = { absolute: 1e-4, relative: 0 };

describe.skipIf(!existsSync(root)).each(['dense', 'sparse', 'unigru-lambda10'])(
  'the released protocol, %s (skipped without ../shared/golden)',
  (name) => {
    const folder = join(root, name);
    const files = ['--checkpoint', join(folder, 'model_best.pth.tar'), '--data', join(folder, 'data')];
    const options = [...files, '--protocol', 'released', '--backend', 'wasm'];

    it('prints exactly the released lines', async () => {
      const { printed } = JSON.parse(readFileSync(join(folder, 'protocol_released.json'), 'utf8'));
      expect((await runCommand(evaluateCommand(), options)).trimEnd().split('\n')).toEqual(printed);
    });

    it('has the released similarities, which differ from the clean ones', async () => {
      await withFolder(new Map(), async (target) => {
        const out = join(target, 'sims.npy');
        await runCommand(scoreCommand(), [...options, '--out', out]);
        const { shape, data } = readArray(out);
        expect(shape).toEqual([12, 60]);
        const expected = await withFileSource(join(folder, 'protocol_released_sims.npy'), async (source) =>
          (await openNpy(source)).readNumbers(0, 12),
        );
        expectClose(data, expected, SCORES);
        const clean = readArrays(join(folder, 'outputs.npz')).get('sims')?.data ?? new Float32Array();
        expect(
          Math.max(...data.map((score, pair) => Math.abs(score - (clean[pair] ?? score)))),
        ).toBeGreaterThan(10 * SCORES.absolute);
      });
    });
  },
);
