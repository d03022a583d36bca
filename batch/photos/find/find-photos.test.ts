import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countPhotos, findPhotos } from './find-photos.ts';
import type { Found } from './photo-entry.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'find-photos-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string | Buffer, content = 'x'): void {
  if (typeof path !== 'string') writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), path]), content);
  else {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

async function find(source = folder): Promise<Found[]> {
  const all: Found[] = [];
  for await (const found of findPhotos(source)) all.push(found);
  return all;
}

const names = (all: readonly Found[]) => all.flatMap((found) => (found.kind === 'entry' ? [found.name] : []));
const problems = (all: readonly Found[]) =>
  all.flatMap((found) => (found.kind === 'problem' ? [[found.path, found.code]] : []));

describe('a folder of photographs', () => {
  it('is listed folder after folder in the order of names', async () => {
    for (const name of ['b.jpg', 'a/2.png', 'a/10.png', 'B.jpg', 'notes.txt', 'a.jpg', 'no extension'])
      write(name);
    const all = await find();
    expect(names(all)).toEqual([
      'B.jpg',
      'a/10.png',
      'a/2.png',
      'a.jpg',
      'b.jpg',
      'no extension',
      'notes.txt',
    ]);
    expect(all.map((found) => found.kind === 'entry' && found.promised)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(all[1]).toMatchObject({ id: 'a/10.png', location: { path: join(folder, 'a/10.png') } });
  });

  it('is counted with its problems, until the signal stops it', async () => {
    for (const name of ['a.jpg', 'b/c.png', 'notes.txt']) write(name);
    symlinkSync(join(folder, 'nowhere'), join(folder, 'd.jpg'));
    expect(await countPhotos(folder)).toBe((await find()).length);
    expect(await countPhotos(folder)).toBe(4);
    const stopped = AbortSignal.abort(new Error('enough'));
    await expect(countPhotos(folder, stopped)).rejects.toThrow('enough');
  });

  it('leaves out what is hidden, and what programs keep for themselves', async () => {
    for (const name of [
      '.hidden.jpg',
      '.thumbnails/a.jpg',
      '@eaDir/a.jpg',
      '__MACOSX/a.jpg',
      'x/node_modules/p/a.jpg',
      '$RECYCLE.BIN/a.jpg',
      'Thumbs.db',
      'x/desktop.ini',
      'x/kept.jpg',
    ]) {
      write(name);
    }
    expect(names(await find())).toEqual(['x/kept.jpg']);
  });

  it('takes names of any kind', async () => {
    const long = `${'ä'.repeat(120)}.jpg`;
    for (const name of ['two\nlines.jpg', ' .jpg', '-rf.jpg', "it's.jpg", '100%41.jpg', long, '😀.jpg'])
      write(name);
    expect(new Set(names(await find()))).toEqual(
      new Set(['two%0Alines.jpg', ' .jpg', '-rf.jpg', "it's.jpg", '100%2541.jpg', long, '😀.jpg']),
    );
  });

  it.skipIf(process.platform !== 'linux')('lists names that are not UTF-8 as problems', async () => {
    write(Buffer.from([0x61, 0xff, ...Buffer.from('.jpg')]));
    write(Buffer.from([0x61, 0xff, ...Buffer.from('.txt')]));
    write('really \ufffd.jpg');
    const all = await find();
    expect(problems(all)).toEqual([['a\ufffd.jpg', 'name_invalid']]);
    expect(names(all)).toEqual(['really \ufffd.jpg']);
  });

  it('follows links once, and not in circles', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'find-outside-'));
    writeFileSync(join(outside, 'far.jpg'), 'x');
    symlinkSync(outside, join(outside, 'again'));
    write('a/1.jpg');
    symlinkSync(folder, join(folder, 'a/up'));
    symlinkSync(join(folder, 'a'), join(folder, 'b'));
    symlinkSync(outside, join(folder, 'c'));
    symlinkSync(join(folder, 'a/1.jpg'), join(folder, 'd.jpg'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'e.jpg'));
    symlinkSync(join(folder, 'f.jpg'), join(folder, 'f.jpg'));
    const all = await find();
    expect(names(all)).toEqual(['a/1.jpg', 'c/far.jpg', 'd.jpg']);
    expect(problems(all)).toEqual([
      ['e.jpg', 'missing'],
      ['f.jpg', 'missing'],
    ]);
    rmSync(outside, { recursive: true });
  });

  it.skipIf(process.platform === 'win32')(
    'does not open pipes, and goes into folders whatever they are called',
    async () => {
      mkdirSync(join(folder, 'album.jpg'));
      write('album.jpg/1.jpg');
      execFileSync('mkfifo', [join(folder, 'pipe.jpg'), join(folder, 'pipe')]);
      const all = await find();
      expect(names(all)).toEqual(['album.jpg/1.jpg']);
      expect(problems(all)).toEqual([['pipe.jpg', 'not_a_file']]);
    },
  );

  it('must be there, and be a folder', async () => {
    write('a.txt');
    await expect(find(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'file_missing' });
    await expect(find(join(folder, 'a.txt'))).rejects.toMatchObject({ code: 'file_unreadable' });
  });
});

describe('a list of photographs', () => {
  it('has entries as JSON lines, in its order', async () => {
    write(
      'list.jsonl',
      [
        '\ufeff{"id": "z", "path": "sub/1.jpg", "caption": "a dog", "alt": "a dog", "metadata": {"licence": "CC0"}}',
        '',
        '{"url": "https://cdn.example/2.jpg", "caption": ["a cat", "it sleeps"]}',
        '{"id": 7, "path": "/elsewhere/3.jpg"}',
      ].join('\r\n'),
    );
    expect(await find(join(folder, 'list.jsonl'))).toEqual([
      {
        kind: 'entry',
        id: 'z',
        name: 'sub/1.jpg',
        location: { path: join(folder, 'sub/1.jpg') },
        promised: true,
        given: { captions: ['a dog'], metadata: { licence: 'CC0' } },
      },
      {
        kind: 'entry',
        id: 'https://cdn.example/2.jpg',
        name: 'https://cdn.example/2.jpg',
        location: { url: 'https://cdn.example/2.jpg' },
        promised: true,
        given: { captions: ['a cat', 'it sleeps'] },
      },
      {
        kind: 'entry',
        id: '7',
        name: '/elsewhere/3.jpg',
        location: { path: '/elsewhere/3.jpg' },
        promised: true,
        given: { captions: [] },
      },
    ]);
  });

  it('has entries as CSV, with other columns as metadata', async () => {
    write(
      'list.csv',
      '\ufeffid, path,alt,photographer,metadata\r\n1,a.jpg,"two dogs, ""big"" ones\nand a cat",A. Adams,"{""year"": 1942}"\r\n2,b.jpg,,,\r\n',
    );
    const all = await find(join(folder, 'list.csv'));
    expect(all).toMatchObject([
      {
        id: '1',
        location: { path: join(folder, 'a.jpg') },
        given: {
          captions: ['two dogs, "big" ones\nand a cat'],
          metadata: { photographer: 'A. Adams', year: 1942 },
        },
      },
      { id: '2', given: { captions: [] } },
    ]);
    expect(all[1]).not.toHaveProperty('given.metadata');
  });

  it('lists entries that cannot be used, with their lines', async () => {
    write(
      'list.jsonl',
      [
        '{"path": "1.jpg"}',
        '{"path": "1.jpg"}',
        '{"path": "2.jpg"',
        '[]',
        '{"id": "x"}',
        '{"path": "3.jpg", "url": "https://a.example/3.jpg"}',
        '{"url": "file:///etc/passwd"}',
        '{"path": "4.jpg", "metadata": []}',
        '{"path": "5\\u0000.jpg"}',
      ].join('\n'),
    );
    const list = join(folder, 'list.jsonl');
    const all = await find(list);
    expect(names(all)).toEqual(['1.jpg']);
    expect(problems(all)).toEqual(
      [2, 3, 4, 5, 6, 7, 8, 9].map((line) => [`${list}:${line}`, 'entry_invalid']),
    );
  });

  it('lists fields of a CSV file that cannot be used, with their lines', async () => {
    const fields = [
      '"{""x"": 1}"',
      'no JSON',
      '[1]',
      '5',
      'null',
      '"{""year"": 1942}"',
      '"{""x"":1,""x"":2}"',
    ];
    write(
      'list.csv',
      ['path,year,metadata', ...fields.map((field, at) => `${at}.jpg,1942,${field}`)].join('\n'),
    );
    const list = join(folder, 'list.csv');
    const all = await find(list);
    expect(names(all)).toEqual(['0.jpg']);
    expect(all[0]).toMatchObject({ given: { metadata: { x: 1, year: '1942' } } });
    expect(problems(all)).toEqual([3, 4, 5, 6, 7, 8].map((line) => [`${list}:${line}`, 'entry_invalid']));
  });

  it('never changes a number or a member of an entry silently', async () => {
    const entries = [
      [
        '{"path": "0.jpg", "metadata": {"shop": {"id": 9007199254740993}}}',
        /"metadata\.shop\.id".*rounded.*string/,
      ],
      [
        '{"path": "1.jpg", "metadata": {"price": [1, 1e400]}}',
        /"metadata\.price\.1".*1e400.*string: "1e400"/,
      ],
      ['{"path": "2.jpg", "id": 12345678901234567890}', /"id" is 12345678901234567890/],
      ['{"path": "3.jpg", "path": "4.jpg"}', /"path" is given more than once/],
    ] as const;
    const list = join(folder, 'list.jsonl');
    write('list.jsonl', entries.map(([line]) => line).join('\n'));
    const csv = join(folder, 'list.csv');
    write(
      'list.csv',
      'path,metadata\na.jpg,"{""n"": -9007199254740993}"\nb.jpg,"{""n"": ""9007199254740993""}"\n',
    );
    expect([...(await find(list)), ...(await find(csv))]).toMatchObject([
      ...entries.map(([, reason], at) => ({
        kind: 'problem',
        path: `${list}:${at + 1}`,
        reason: expect.stringMatching(reason),
      })),
      { kind: 'problem', path: `${csv}:2`, reason: expect.stringMatching(/metadata: "n".*rounded/) },
      { kind: 'entry', given: { metadata: { n: '9007199254740993' } } },
    ]);
  });

  it('must be there, and be what its name says', async () => {
    write('none.csv', 'file,name\na.jpg,b\n');
    write('broken.csv', 'path\n"a.jpg\n');
    write('twice.csv', 'path,alt, alt\na.jpg,b,c\n');
    write('commas.csv', 'path,,\na.jpg,,\n');
    await expect(find(join(folder, 'nothing.csv'))).rejects.toMatchObject({ code: 'file_missing' });
    await expect(find(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'format_invalid' });
    await expect(find(join(folder, 'broken.csv'))).rejects.toMatchObject({ code: 'format_invalid' });
    await expect(find(join(folder, 'twice.csv'))).rejects.toMatchObject({
      code: 'format_invalid',
      message: expect.stringContaining('more than one column "alt"'),
    });
    expect(names(await find(join(folder, 'commas.csv')))).toEqual(['a.jpg']);
  });

  it('may have CR line ends as CSV, and is told of them as JSON lines', async () => {
    write('list.csv', 'path,alt\ra.jpg,b\rc.jpg,d\r');
    write('list.jsonl', '{"path": "a.jpg"}\r{"path": "b.jpg"}\r');
    expect(names(await find(join(folder, 'list.csv')))).toEqual(['a.jpg', 'c.jpg']);
    await expect(find(join(folder, 'list.jsonl'))).rejects.toMatchObject({
      code: 'format_invalid',
      message: expect.stringMatching(/list\.jsonl has CR line ends/),
    });
  });
});
