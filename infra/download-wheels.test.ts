import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pinnedPackages } from './download-wheels.ts';

const folder = mkdtempSync(join(tmpdir(), 'requirements-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('pinned packages', () => {
  it('are those of a file of requirements, without its comments', async () => {
    const path = join(folder, 'good.txt');
    writeFileSync(path, `# why\none==1.0 --hash=sha256:${'a'.repeat(64)}\n`);
    expect(await pinnedPackages(path)).toEqual([{ name: 'one==1.0', sha256: 'a'.repeat(64) }]);
  });

  it.each(['one==1.0', `one>=1 --hash=sha256:${'a'.repeat(64)}`, 'one==1.0 --hash=sha256:abc'])(
    'refuses what pins too little: %s',
    async (line) => {
      const path = join(folder, 'bad.txt');
      writeFileSync(path, `${line}\n`);
      await expect(pinnedPackages(path)).rejects.toMatchObject({ code: 'format_invalid' });
    },
  );
});
