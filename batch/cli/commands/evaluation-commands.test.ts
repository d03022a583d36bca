import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFolder } from '../../../test/support/data-folder.ts';
import { runGsmn } from '../../../test/support/run-gsmn.ts';

const shared = resolve(import.meta.dirname, '../../../../shared');
const dense = join(shared, 'golden', 'released', 'dense');
const checkpoint = join(dense, 'model_best.pth.tar');
const photos = join(shared, 'photos');
const wasm = ['--backend', 'wasm'];

describe('bad arguments of search, score and evaluate', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['an unknown option', ['evaluate', '--colour', 'red'], /unknown option '--colour'/],
    ['a sentence that looks like an option', ['search', '-dog'], /after --: gsmn search -- "-dog"/],
    ['no file to write', ['score', '--checkpoint', 'x', '--data', '.'], /--out/],
    ['no checkpoint', ['evaluate', '--data', '.'], /no checkpoint/],
    ['no data folder', ['evaluate', '--checkpoint', 'x'], /no data folder/],
    ['an unknown protocol', ['evaluate', '--protocol', 'strict'], /clean, released/],
    ['an unknown propagation', ['evaluate', '--propagation', 'both'], /self, neighbours/],
    ['an unknown backend', ['evaluate', '--backend', 'cuda'], /wasm/],
  ])('%s: exit code 2', async (_, parameters, message) => {
    const { code, stdout, stderr } = await runGsmn(parameters);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  it('a missing checkpoint: exit code 3', async () => {
    const { code, stderr } = await runGsmn(['evaluate', '--checkpoint', 'none.pth.tar', '--data', '.']);
    expect(stderr).toMatch(/there is no file none\.pth\.tar/);
    expect(code).toBe(3);
  });
});

describe.skipIf(!existsSync(dense))('score and evaluate (skipped without ../shared/golden)', () => {
  const files = ['--checkpoint', checkpoint, '--data', join(dense, 'data')];
  const names = ['--data_path', dense, '--data_name', 'data'];

  it('score writes the matrix and shows progress on stderr only', async () => {
    await withFolder(new Map(), async (folder) => {
      const out = join(folder, 'sims.npy');
      const options = [...files, '--split', 'test', ...wasm, '--out', out];
      const { code, stdout, stderr } = await runGsmn(['score', ...options]);
      expect(stderr).toMatch(/backend: wasm[\s\S]*comparing: 720 pairs[\s\S]*sims\.npy \[12, 60\]/);
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
      expect(readdirSync(folder)).toEqual(['sims.npy']);
    });
  });

  it('evaluate accepts the released names of the options', async () => {
    const { code, stdout } = await runGsmn(['evaluate', '--checkpoint', checkpoint, ...names, ...wasm]);
    expect(stdout).toMatch(/^Images: 12, Captions: 60\nrsum: .*\nAverage i2t Recall: .*\nImage to text: /);
    expect(code).toBe(0);
  });

  it.each<[string, readonly string[], number, RegExp]>([
    ['a missing split', ['--split', 'dev'], 3, /no split "dev"[\s\S]*it has test/],
    ['images that do not divide into folds', ['--fold5'], 2, /divides by five, not 12/],
  ])('evaluate names what is wrong: %s', async (_, options, expected, message) => {
    const { code, stderr } = await runGsmn(['evaluate', ...files, ...options]);
    expect(stderr).toMatch(message);
    expect(code).toBe(expected);
  });
});

describe.skipIf(!existsSync(photos))('stopping score (skipped without ../shared/photos)', () => {
  const files = ['--checkpoint', join(photos, 'model_self.pth.tar'), '--data', photos, '--split', 'dev'];
  const score = (out: string): string[] => ['score', ...files, ...wasm, '--out', out];
  const scoring = { when: 'encoding captions:' };

  it('leaves nothing behind after a signal to stop', async () => {
    await withFolder(new Map(), async (folder) => {
      const run = await runGsmn(score(join(folder, 'sims.npy')), { ...scoring, signal: 'SIGTERM' });
      expect(run.stderr).toMatch(/stopped|cancelled/);
      expect(run.code).toBe(130);
      expect(readdirSync(folder)).toEqual([]);
    });
  });

  it('leaves no file under the final name after it is killed', async () => {
    await withFolder(new Map(), async (folder) => {
      const run = await runGsmn(score(join(folder, 'sims.npy')), { ...scoring, signal: 'SIGKILL' });
      expect(run.code).toBe(null);
      // It has started to write, aside.
      expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\.sims\.npy\..*\.tmp$/)]);
    });
  });
});
