import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JOURNAL, Staging } from './staging.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gsmn-staging-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('Staging', () => {
  it('resumes where the journal says, and keeps what was written', async () => {
    const first = await Staging.open(folder);
    expect(first.done('images')).toBe(0);
    await first.writePieces('a/b.bin', [{ offset: 4, bytes: Uint8Array.of(5, 6) }]);
    await first.advance('images', 3, true);
    await first.close();

    const second = await Staging.open(folder);
    expect(second.done('images')).toBe(3);
    await second.writePieces('a/b.bin', [{ offset: 0, bytes: Uint8Array.of(1, 2, 3, 4) }]);
    await second.close();
    expect([...readFileSync(join(folder, 'a/b.bin'))]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('never claims more than is on disk: progress that was not made durable is repeated', async () => {
    const staging = await Staging.open(folder);
    await staging.advance('images', 1, true);
    await staging.advance('images', 2);
    await staging.close();
    expect((await Staging.open(folder)).done('images')).toBe(1);
  });

  it.each([
    ['of an older version', '{"version":1,"done":{"images":3}}'],
    ['with a number that is none', '{"version":2,"done":{"images":-1},"sha256":""}'],
  ])('refuses a journal %s', async (_, text) => {
    writeFileSync(join(folder, JOURNAL), text);
    await expect(Staging.open(folder)).rejects.toMatchObject({
      code: 'format_invalid',
      hint: expect.stringContaining('delete'),
    });
  });

  it('lets no change of one bit of the journal pass', async () => {
    const staging = await Staging.open(folder);
    await staging.advance('images', 300, true);
    await staging.close();
    const path = join(folder, JOURNAL);
    const whole = readFileSync(path);
    for (let at = 0; at < 8 * whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7));
      writeFileSync(path, changed);
      const done = await Staging.open(folder).then(
        (opened) => opened.done('images'),
        () => 'refused',
      );
      expect(done, `bit ${at}`).toBe('refused');
    }
  });

  it('names the file that cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(Staging.open(join(folder, 'file', 'below'))).rejects.toMatchObject({
      code: 'file_unwritable',
      message: expect.stringContaining('below'),
    });
  });
});
