import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IndexFolder } from '../index/index-folder.ts';
import { openForCommand, openForService } from './database-turn.ts';

/** A thread starts slowly on a busy machine. */
const TIMEOUT = 60_000;

describe('an index that is moved while it is served', { timeout: TIMEOUT }, () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gsmn-turn-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const options = { mayReplace: false, log };

  it('is refused in its new place with the process that has its database open, until that ends', async () => {
    const [old, moved] = [join(folder, 'old'), join(folder, 'new')];
    mkdirSync(old);
    const first = await openForService(new IndexFolder(old), options);
    renameSync(old, moved);
    const index = new IndexFolder(moved);
    for (const open of [openForService, openForCommand]) {
      await expect(open(index, options)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringMatching(
          new RegExp(`process ${process.pid} still has .*${moved} open.*was .*old$`),
        ),
        hint: expect.stringContaining(`kill ${process.pid}`),
      });
    }
    await first.close();
    const second = await openForService(index, options);
    expect(existsSync(index.databaseAddress)).toBe(true);
    await second.close();
  });
});
