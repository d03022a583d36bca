import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { withFolder } from '../../test/support/data-folder.ts';
import { errorCode } from '../../test/support/error-code.ts';
import { assertWritable } from './atomic-file.ts';

describe('assertWritable', () => {
  it('leaves nothing where a file or folder could be made, however many folders are missing', async () => {
    await withFolder(new Map([['file', 'x']]), async (folder) => {
      for (const path of ['new', 'file', 'a/b/c']) await assertWritable(join(folder, path));
      expect(readdirSync(folder)).toEqual(['file']);
    });
  });

  it('refuses a path below a file, and names it', async () => {
    await withFolder(new Map([['file', 'x']]), async (folder) => {
      await expect(assertWritable(join(folder, 'file/a/b'))).rejects.toMatchObject({
        code: 'file_unwritable',
        message: expect.stringContaining(join(folder, 'file/a/b')),
      });
    });
  });

  it.skipIf(process.platform !== 'linux')('refuses a folder in which the system makes no files', async () => {
    expect(await errorCode(assertWritable('/proc/self/new'))).toBe('file_unwritable');
  });
});
