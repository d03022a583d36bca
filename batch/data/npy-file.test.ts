import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../shared/formats/byte-source.ts';
import { openNpy } from '../../shared/formats/npy/index.ts';
import { withFolder } from '../../test/support/data-folder.ts';
import { NpyFile } from './npy-file.ts';

describe('NpyFile', () => {
  it('exists completely after the last row, and not before', async () => {
    await withFolder(new Map(), async (folder) => {
      const path = join(folder, 'new', 'sims.npy');
      const file = await NpyFile.create(path, [3, 2]);
      await file.append(Float32Array.of(1, 2));
      await file.append(Float32Array.of(0, 3, 4, 5, 6, 0).subarray(1, 5));
      expect(readdirSync(join(folder, 'new'))).not.toContain('sims.npy');
      await file.finish();
      expect(readdirSync(join(folder, 'new'))).toEqual(['sims.npy']);
      const reader = await openNpy(bytesSource(path, readFileSync(path)));
      expect(reader.shape).toEqual([3, 2]);
      expect([...(await reader.readRows(0, 3))]).toEqual([1, 2, 3, 4, 5, 6]);
    });
  });

  it('leaves nothing when discarded, and does not change an earlier file', async () => {
    await withFolder(new Map([['sims.npy', 'before']]), async (folder) => {
      const file = await NpyFile.create(join(folder, 'sims.npy'), [1, 2]);
      await file.append(Float32Array.of(1));
      await file.discard();
      expect(readdirSync(folder)).toEqual(['sims.npy']);
      expect(readFileSync(join(folder, 'sims.npy'), 'utf8')).toBe('before');
    });
  });

  it('leaves nothing of an invalid array', async () => {
    await withFolder(new Map(), async (folder) => {
      await expect(NpyFile.create(join(folder, 'sims.npy'), [-1, 2])).rejects.toMatchObject({
        code: 'argument_invalid',
      });
      expect(readdirSync(folder)).toEqual([]);
    });
  });

  it('names the file that cannot be written', async () => {
    await withFolder(new Map(), async (folder) => {
      writeFileSync(join(folder, 'file'), '');
      await expect(NpyFile.create(join(folder, 'file', 'sims.npy'), [1, 1])).rejects.toMatchObject({
        code: 'file_unwritable',
        message: expect.stringMatching(/file\/sims\.npy/),
      });
    });
  });
});
