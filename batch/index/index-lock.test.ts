import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lockIndex } from './index-lock.ts';

it('lets one process at a time change an index', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gsmn-lock-'));
  try {
    const path = join(folder, 'index', 'lock.sqlite');
    const lock = lockIndex(path);
    expect(() => lockIndex(path)).toThrow(expect.objectContaining({ code: 'conflict' }));
    lock.release();
    lockIndex(path).release();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
