import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFolder } from '../../../test/support/data-folder.ts';
import { assertReportFolder, replaceReport } from './report-folder.ts';

function page(text: string): (aside: string) => Promise<void> {
  return async (aside) => writeFileSync(join(aside, 'index.html'), text);
}

describe('replaceReport', () => {
  it('makes the folder and those above it, and nothing else', async () => {
    await withFolder(new Map(), async (folder) => {
      const target = join(folder, 'deep', 'report');
      await replaceReport(target, page('one'));
      expect(readFileSync(join(target, 'index.html'), 'utf8')).toBe('one');
      expect(readdirSync(join(folder, 'deep'))).toEqual(['report']);
    });
  });

  it('replaces an earlier report or an empty folder', async () => {
    await withFolder(new Map(), async (folder) => {
      const target = join(folder, 'report');
      mkdirSync(target);
      await replaceReport(target, page('one'));
      writeFileSync(join(target, 'queries.jsonl'), '');
      await replaceReport(target, page('two'));
      expect(readdirSync(target)).toEqual(['index.html']);
      expect(readFileSync(join(target, 'index.html'), 'utf8')).toBe('two');
      expect(readdirSync(folder)).toEqual(['report']);
    });
  });

  it('does not change an earlier report if writing fails', async () => {
    await withFolder(new Map(), async (folder) => {
      const target = join(folder, 'report');
      await replaceReport(target, page('one'));
      const failing = replaceReport(target, () => Promise.reject(new Error('broken')));
      await expect(failing).rejects.toThrow('broken');
      expect(readFileSync(join(target, 'index.html'), 'utf8')).toBe('one');
      expect(readdirSync(folder)).toEqual(['report']);
    });
  });

  it('refuses a folder with other files, and a file', async () => {
    await withFolder(new Map([['note.txt', 'mine']]), async (folder) => {
      await expect(replaceReport(folder, page('one'))).rejects.toMatchObject({ code: 'conflict' });
      expect(readdirSync(folder)).toEqual(['note.txt']);
      await expect(assertReportFolder(join(folder, 'note.txt'))).rejects.toMatchObject({
        code: 'file_unwritable',
      });
      expect(existsSync(join(folder, 'note.txt'))).toBe(true);
    });
  });
});
