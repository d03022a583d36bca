import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Of } from '../inspect-photo.ts';
import { ContentCache } from './content-cache.ts';

const [ONE, TWO] = ['one', 'two'].map((text) => sha256Of(Buffer.from(text))) as [string, string];
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'content-cache-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const fileOf = (maker: string, sha256: string) => join(folder, maker, sha256.slice(0, 2), `${sha256}.bin`);

describe('ContentCache', () => {
  it('keeps bytes by content and by maker', async () => {
    const cache = new ContentCache(folder, 'source@1');
    expect(await cache.get(ONE)).toBeUndefined();
    expect(await cache.keys()).toEqual(new Set());
    await cache.put(ONE, new Uint8Array([1, 2, 3]));
    await cache.put(TWO, new Uint8Array());
    expect(await cache.get(ONE)).toEqual(new Uint8Array([1, 2, 3]));
    expect(await cache.get(TWO)).toEqual(new Uint8Array());
    expect(await new ContentCache(folder, 'source@1').keys()).toEqual(new Set([ONE, TWO]));
    expect(await new ContentCache(folder, 'source@2').get(ONE)).toBeUndefined();
  });

  it('takes a damaged entry for a missing one', async () => {
    const cache = new ContentCache(folder, 'source@1');
    await cache.put(ONE, new Uint8Array(1000).fill(7));
    const path = fileOf('source@1', ONE);
    const sound = readFileSync(path);
    for (const damaged of [
      sound.subarray(0, 500),
      Buffer.concat([sound, Buffer.alloc(1)]),
      Buffer.from(sound).fill(8, 700, 701),
      Buffer.from(sound).fill(0, 0, 1),
      Buffer.alloc(0),
    ]) {
      writeFileSync(path, damaged);
      expect(await cache.get(ONE)).toBeUndefined();
    }
    await cache.put(ONE, new Uint8Array([9]));
    expect(await cache.get(ONE)).toEqual(new Uint8Array([9]));
  });

  it('removes what is not needed any more, and what a killed process left', async () => {
    const cache = new ContentCache(folder, 'source@1');
    await cache.put(ONE, new Uint8Array([1]));
    await cache.put(TWO, new Uint8Array([2]));
    const shelf = join(folder, 'source@1', TWO.slice(0, 2));
    writeFileSync(join(shelf, `.${TWO}.bin.999999999.tmp`), 'half');
    expect(await cache.keepOnly(new Set([TWO]))).toBe(1);
    expect(await cache.keys()).toEqual(new Set([TWO]));
    expect(readdirSync(shelf)).toEqual([`${TWO}.bin`]);
  });

  it('refuses a maker that leads out of the folder', () => {
    for (const maker of ['../x', '', '.hidden', 'a/b']) {
      expect(() => new ContentCache(folder, maker)).toThrow(
        expect.objectContaining({ code: 'argument_invalid' }),
      );
    }
  });
});
