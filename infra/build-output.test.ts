import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeOutput } from './build-output.ts';

it('writes what is missing or differs, and nothing else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'output-'));
  try {
    const path = join(folder, 'deep', 'file.js');
    await writeOutput(path, 'first');
    const before = statSync(path).ino;
    await writeOutput(path, new TextEncoder().encode('first'));
    expect(statSync(path).ino).toBe(before);
    await writeOutput(path, 'second');
    expect(readFileSync(path, 'utf8')).toBe('second');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
