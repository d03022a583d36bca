import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evenCaptionImages, recallMetrics } from '../../shared/retrieval/index.ts';
import { readArray } from '../../test/golden/golden-files.ts';
import { testallFiles } from '../../test/golden/testall-folder.ts';
import { expectClose } from '../../test/support/close.ts';
import { withFolder } from '../../test/support/data-folder.ts';
import { runCommand } from '../../test/support/run-command.ts';
import { evaluateCommand } from '../cli/commands/evaluate.ts';
import { scoreCommand } from '../cli/commands/score.ts';
import { closeMembers, type MembersRequest, openMembers } from './open-members.ts';

const golden = resolve(import.meta.dirname, '../../../shared/golden/released');
const dense = join(golden, 'dense', 'model_best.pth.tar');
const sparse = join(golden, 'sparse', 'model_best.pth.tar');

/** Means of float32 sums compared with sums of float32 means. */
const MEANS = { absolute: 1e-6, relative: 1e-6 };

type Member = readonly [checkpoint: string, propagation: string];

const MEMBERS: readonly Member[] = [
  [dense, 'self'],
  [sparse, 'neighbours'],
  [dense, 'neighbours'],
];

function options(folder: string, members: readonly Member[]): string[] {
  return [
    ...members.flatMap(([checkpoint]) => ['--checkpoint', checkpoint]),
    ...members.flatMap(([, propagation]) => ['--propagation', propagation]),
    '--data',
    folder,
    '--split',
    'testall',
    '--backend',
    'wasm',
  ];
}

async function scores(
  folder: string,
  members: readonly Member[],
  flags: readonly string[],
): Promise<Float32Array> {
  const out = join(folder, 'sims.npy');
  await runCommand(scoreCommand(), [...options(folder, members), ...flags, '--out', out]);
  return readArray(out).data;
}

describe.skipIf(!existsSync(golden))('ensembles (skipped without ../shared/golden)', () => {
  it.each([
    ['whole', []],
    ['by folds', ['--fold5']],
    ['whole, by the released protocol', ['--protocol', 'released']],
    ['by folds, by the released protocol', ['--fold5', '--protocol', 'released']],
  ])('have the mean of their similarities and its recall@K, %s', async (_, flags) => {
    await withFolder(testallFiles(join(golden, 'sparse')), async (folder) => {
      const single: Float32Array[] = [];
      for (const member of MEMBERS) single.push(await scores(folder, [member], flags));
      const mean = await scores(folder, MEMBERS, flags);
      expectClose(
        mean,
        mean.map((_score, pair) => single.reduce((sum, member) => sum + (member[pair] ?? Number.NaN), 0) / 3),
        MEANS,
      );
      const parameters = [...options(folder, MEMBERS), ...flags, '--json'];
      const report = JSON.parse(await runCommand(evaluateCommand(), parameters));
      const count = flags.includes('--fold5') ? 5 : 1;
      const pairs = mean.length / count;
      const metrics = Array.from({ length: count }, (_fold, fold) =>
        recallMetrics(
          mean.slice(fold * pairs, (fold + 1) * pairs),
          10 / count,
          evenCaptionImages(10 / count, 5),
        ),
      );
      expect(report.metrics.rsum).toBeCloseTo(metrics.reduce((sum, { rsum }) => sum + rsum, 0) / count, 9);
      expect(report.ensemble.map((model: { propagation: string }) => model.propagation)).toEqual([
        'self',
        'neighbours',
        'neighbours',
      ]);
      expect(report.folds?.length).toBe(count === 1 ? undefined : 5);
    });
  });

  it('equal one model if they are the same model twice', async () => {
    await withFolder(testallFiles(join(golden, 'sparse')), async (folder) => {
      const [member] = MEMBERS;
      const printed = (members: readonly Member[]): Promise<string> =>
        runCommand(evaluateCommand(), options(folder, members));
      if (member === undefined) throw new Error('there are no members');
      expect(await printed([member, member])).toBe(await printed([member]));
    });
  });

  it.each<[string, Partial<MembersRequest>, string, RegExp]>([
    ['no checkpoint', { checkpoints: [] }, 'argument_invalid', /no checkpoint/],
    [
      'another number of propagations',
      { propagations: ['self', 'self', 'self'] },
      'argument_invalid',
      /3 propagations were given for 2 checkpoints/,
    ],
    [
      'a model for other features',
      { checkpoints: [dense, join(golden, 'wide', 'model_best.pth.tar')] },
      'shape_mismatch',
      /wide/,
    ],
  ])('refuse %s', async (_, changes, code, message) => {
    await withFolder(testallFiles(join(golden, 'sparse')), async (folder) => {
      const opening = openMembers({
        checkpoints: [dense, sparse],
        propagations: [],
        folder,
        split: 'testall',
        backend: 'wasm',
        protocol: 'clean',
        fold5: true,
        ...changes,
      }).then(closeMembers);
      await expect(opening).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    });
  });
});
