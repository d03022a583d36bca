import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFolder } from '../../../test/support/data-folder.ts';
import { errorCode } from '../../../test/support/error-code.ts';
import { runCommand } from '../../../test/support/run-command.ts';
import { evaluateCommand } from './evaluate.ts';
import { galleryCommand } from './gallery.ts';
import { modelCommand } from './model.ts';
import { parseCommand } from './parse.ts';
import { trainParserCommand } from './train-parser.ts';

/** Inputs are missing: a command that reads them before it looks at its target says so instead. */
describe('what cannot be written is noticed before the work', () => {
  it.each([
    ['evaluate', () => evaluateCommand(), ['--checkpoint', 'none', '--data', 'none', '--html']],
    ['gallery train', () => galleryCommand(), ['train', '--out']],
    ['train-parser', () => trainParserCommand(), ['--treebank', 'none', '--out']],
  ] as const)('by %s', async (_, command, parameters) => {
    await withFolder(new Map([['file', '']]), async (folder) => {
      const target = join(folder, 'file', 'new');
      expect(await errorCode(runCommand(command(), [...parameters, target]))).toBe('file_unwritable');
    });
  });

  it('by model prepare, also if the folder exists', async () => {
    await withFolder(
      new Map([
        ['file', ''],
        ['test_ims.npy', ''],
      ]),
      async (folder) => {
        mkdirSync(join(folder, 'old'));
        const prepare = (out: string) =>
          errorCode(
            runCommand(modelCommand(), ['prepare', '--data', folder, '--checkpoint', 'none', '--out', out]),
          );
        expect(await prepare(join(folder, 'file', 'new'))).toBe('file_unwritable');
        expect(await prepare(join(folder, 'old'))).toBe('conflict');
        expect(await prepare(join(folder, 'new'))).toBe('file_missing');
      },
    );
  });

  it('by parse, before the parser is loaded', async () => {
    await withFolder(new Map([['caps.txt', 'a dog runs\n']]), async (folder) => {
      const [source, target] = [join(folder, 'caps.txt'), join(folder, 'caps.txt', 'x.json')];
      const parameters = ['--src-path', source, '--tar-path', target, '--parser', 'none'];
      expect(await errorCode(runCommand(parseCommand(), parameters))).toBe('file_unwritable');
    });
  });
});
