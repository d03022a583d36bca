import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { foldersOf, imageIdOf, imageNameOf, listedFiles } from './image-names.ts';

it.each([
  ['a b/ä.jpg', 'a b/ä.jpg'],
  ['./a.jpg', 'a.jpg'],
  ['a%0Ab.jpg', 'a%0Ab.jpg'],
])('%j below its list keeps its name', (name, expected) => {
  const entry = { name, location: { path: '/somewhere' } };
  expect(imageNameOf(entry)).toBe(expected);
  expect(foldersOf(entry)).toEqual(expected.split('/').slice(0, -1));
});

it.each(['/home/somebody/a.jpg', '../secret/a.jpg', 'a/../../secret/a.jpg', '.hidden/a.jpg', 'x//a.jpg'])(
  '%s does not say where it lies',
  (name) => {
    const entry = { id: name, name, location: { path: '/somewhere' } };
    expect(imageNameOf(entry)).toMatch(/^[0-9a-f]{16}\/a\.jpg$/);
    expect(imageIdOf(entry)).toBe(imageNameOf(entry));
    expect(imageIdOf({ ...entry, id: 'A' })).toBe('A');
    expect(foldersOf(entry)).toEqual([]);
  },
);

it('gives an address as it is', () => {
  const url = 'https://example.org/a/../b.jpg';
  expect(imageNameOf({ name: url, location: { url } })).toBe(url);
  expect(foldersOf({ name: url, location: { url } })).toEqual([]);
});

it('finds the files of a list by their names', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'image-names-'));
  try {
    const list = join(folder, 'list.csv');
    writeFileSync(list, 'path,url\nsub/a.jpg,\n../b.jpg,\n,https://example.org/c.jpg\n');
    const files = await listedFiles(list);
    expect([...files.values()]).toEqual([join(folder, 'sub/a.jpg'), join(folder, '../b.jpg')]);
    expect([...files.keys()]).toEqual(['sub/a.jpg', expect.stringMatching(/^[0-9a-f]{16}\/b\.jpg$/)]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
