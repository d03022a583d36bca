import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { startCommandProcess } from '../../../test/support/command-process.ts';
import { runGsmn } from '../../../test/support/run-gsmn.ts';

async function withOut<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'gsmn-gallery-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const make = (folder: string, ...more: string[]) =>
  ['gallery', 'make', '--out', folder, '--split', 'train', '--threads', '2', ...more] as const;

describe('gsmn gallery make', () => {
  it('makes a data folder and reports its contents', async () => {
    await withOut(async (folder) => {
      const { code, stdout, stderr } = await runGsmn(make(folder, '--count', '7', '--json'));
      expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('7 images') });
      expect(JSON.parse(stdout)).toMatchObject({
        folder,
        splits: [{ split: 'train', pictures: 7, twinPairs: 1, found: false }],
      });
      expect(readFileSync(join(folder, 'train_caps.txt'), 'utf8').trimEnd().split('\n')).toHaveLength(35);
      const again = await runGsmn(make(folder, '--count', '7'));
      expect(again.stdout).toBe('train: 7 images, 2 of them twins (already existed)\n');
    });
  });

  it('leaves nothing incomplete when it is stopped', async () => {
    await withOut(async (folder) => {
      const out = join(folder, 'data');
      const command = startCommandProcess(make(out, '--count', '4000'));
      try {
        // It has started: image files are written aside.
        await vi.waitUntil(() => existsSync(join(out, '.making-train', 'images', '00003.webp')), 50_000);
        command.child.kill('SIGINT');
        expect(await command.ended).toBe(130);
        expect(readdirSync(out)).toEqual([]);
      } finally {
        command.destroy();
      }
    });
  });

  it('refuses options out of range and names the range', async () => {
    const { code, stderr } = await runGsmn(make('unused', '--count', '0'));
    expect(code).toBe(2);
    expect(stderr).toContain('--count must be a whole number from 1 to 50000');
  });
});
