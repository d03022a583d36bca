import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { withFolder } from '../../test/support/data-folder.ts';
import { imageFileNotes } from './image-files.ts';

/** A data folder with image files of these names, and the notes on a split with other names. */
async function notesOf(
  names: readonly string[] | undefined,
  { files, elsewhere = false }: { readonly files?: readonly string[]; readonly elsewhere?: boolean },
): Promise<string[]> {
  return withFolder(new Map(), async (folder) => {
    if (files !== undefined) {
      mkdirSync(join(folder, 'images/sub.jpg'), { recursive: true });
      for (const name of files) writeFileSync(join(folder, 'images', name), name === 'empty.png' ? '' : 'x');
      if (files.includes('locked.png')) chmodSync(join(folder, 'images/locked.png'), 0);
    }
    const split = { folder, split: 'test', images: names?.length ?? 3, imageNames: names };
    return imageFileNotes(split, elsewhere).map((note) => note.replaceAll(folder, 'DATA'));
  });
}

describe('images that cannot be shown', () => {
  it('are none if every name is a file or an address', async () => {
    const names = ['a.jpg', 'sub.jpg/b.PNG', 'größe 100%.webp', 'd.tif', 'e.TIFF', 'f.heic'];
    const files = [...names];
    names.push('https://example.org/c?size=2');
    expect(await notesOf(names, { files })).toEqual([]);
  });

  it.each([
    ['missing.jpg', 'missing'],
    ['sub.jpg', 'missing'],
    ['no-extension', 'name'],
    ['.hidden.jpg', 'name'],
    ['.cache/a.jpg', 'name'],
    ['a\\b.jpg', 'name'],
    ['../a.jpg', 'name'],
    ['sub/../a.jpg', 'name'],
    ['/etc/a.jpg', 'name'],
    ['a.jpg/', 'name'],
    ['a.txt', 'name'],
    ['a\u0000.jpg', 'name'],
    ['', 'name'],
    ['empty.png', 'empty'],
    ['https://', 'address'],
  ])('%j is counted and listed: %s', async (name, reason) => {
    const files = ['a.jpg', 'empty.png', 'no-extension', '.hidden.jpg'];
    const [note, ...others] = await notesOf(['a.jpg', name], { files });
    expect(others).toEqual([]);
    expect(note).toMatch(/^1 of 2 images cannot be shown \(in DATA\/images\): 1 with /);
    expect(note).toContain(`DATA/test_images.txt:2: ${JSON.stringify(name)}: ${reason}`);
  });

  it.skipIf(process.getuid?.() === 0)('a file without permission is counted', async () => {
    const [note] = await notesOf(['locked.png'], { files: ['locked.png'] });
    expect(note).toContain('1 with a file that cannot be read');
  });

  it('are listed up to ten, with the number of all', async () => {
    const names = Array.from({ length: 1500 }, (_, image) => `${image}.jpg`);
    const [note] = await notesOf(names, { files: ['7.jpg'] });
    expect(note).toMatch(/^1,499 of 1,500 images cannot be shown/);
    expect(note?.split('\n')).toHaveLength(12);
    expect(note).toMatch(/and 1,489 more$/);
  });

  it('are all images without a folder, or without names', async () => {
    expect(await notesOf(['a.jpg', 'b.jpg'], {})).toEqual([
      expect.stringMatching(/^2 of 2 images cannot be shown \(there is no folder DATA\/images/),
    ]);
    expect(await notesOf(undefined, { files: ['a.jpg'] })).toEqual([
      expect.stringMatching(/^no image is shown: there is no DATA\/test_images\.txt/),
    ]);
    expect(await notesOf(undefined, {})).toEqual([]);
  });

  it('are only invalid addresses if the files are elsewhere', async () => {
    expect(await notesOf(['a', '.b', 'c.jpg'], { elsewhere: true })).toEqual([]);
    expect(await notesOf(['a', 'http://'], { elsewhere: true })).toEqual([
      expect.stringMatching(/^1 of 2 images cannot be shown: 1 with an address that is not valid/),
    ]);
  });
});
