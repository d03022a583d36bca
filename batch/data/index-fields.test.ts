import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { smallSplitFiles, withFolder } from '../../test/support/data-folder.ts';
import { splitFields } from './index-fields.ts';
import { openSplit } from './open-split.ts';

/** The fields of a split of three images with this metadata, and further files. */
function fieldsOf(
  metadata: readonly object[],
  files: Readonly<Record<string, object>> = {},
  schema?: string,
): ReturnType<typeof splitFields> {
  const all = smallSplitFiles('test', metadata.length);
  all.set('test_metadata.jsonl', metadata.map((one) => `${JSON.stringify(one)}\n`).join(''));
  for (const [name, content] of Object.entries(files)) all.set(name, JSON.stringify(content));
  return withFolder(all, async (folder) => {
    writeFileSync(join(folder, 'other.json'), JSON.stringify(SCHEMA));
    const split = await openSplit(folder, 'test');
    try {
      return await splitFields(split, schema && join(folder, schema));
    } finally {
      await split.close();
    }
  });
}

const SCHEMA = { format: 'gsmn-index-schema', version: 1, fields: { year: { type: 'integer' } } };
const PHOTOS = { 'test_photographs.json': {} };

describe('the fields of a split', () => {
  it('are none where nothing declares them', async () => {
    expect(await fieldsOf([{ year: 2019 }])).toBeUndefined();
  });

  it('are those of the file in the data folder, or of the one that is named', async () => {
    const expected = { values: [{ year: 2019 }, {}], metadata: [{ year: 2019 }, {}] };
    const metadata = [{ year: 2019, a: 1 }, {}];
    expect(await fieldsOf(metadata, { 'index.schema.json': SCHEMA })).toMatchObject(expected);
    expect(await fieldsOf(metadata, PHOTOS, 'other.json')).toMatchObject(expected);
    await expect(fieldsOf(metadata, {}, 'missing.json')).rejects.toMatchObject({ code: 'file_missing' });
  });

  it('of photographs need no file, and show all metadata', async () => {
    const metadata = [
      { taken: '2019-05-01T10:00:00', year: 2019, folders: ['Rome'], title: 'x' },
      { bytes: 3 },
    ];
    const fields = await fieldsOf(metadata, PHOTOS);
    expect(fields).toMatchObject({
      values: [{ taken: Date.UTC(2019, 4, 1, 10), year: 2019, folders: ['Rome'] }, { bytes: 3 }],
      metadata,
      notes: [],
    });
  });

  it('of photographs are left out, with a note, if a list gives values of another type', async () => {
    const metadata = [{ year: 'c. 1920', camera: 'A' }, { year: 1921 }];
    const fields = await fieldsOf(metadata, PHOTOS);
    expect(Object.keys(fields?.declared.fields ?? {})).not.toContain('year');
    expect(fields).toMatchObject({ values: [{ camera: 'A' }, {}], metadata });
    expect(fields?.notes).toEqual([
      'images cannot be filtered by year: image 0 (0.jpg): year is "c. 1920", which is not of type integer; declare it as what it is in index.schema.json beside the photographs',
    ]);
  });

  it('are none of objects: a name that objects have is one like any other, or refused', async () => {
    const declared = (name: string) => ({
      'index.schema.json': {
        ...SCHEMA,
        fields: JSON.parse(`{"${name}": {"type": "keyword"}}`) as object,
      },
    });
    const metadata: Record<string, unknown>[] = [{ constructor: 'Fiat' }, { year: 1 }];
    const fields = await fieldsOf(metadata, declared('constructor'));
    expect(fields?.values.map((values) => Object.entries(values))).toEqual([[['constructor', 'Fiat']], []]);
    await expect(fieldsOf([{}], declared('__proto__'))).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('__proto__ cannot be the name of a field') as string,
    });
  });

  it('are refused if a file declares another type', async () => {
    await expect(
      fieldsOf([{ year: 1 }, { year: 'x' }, { year: 'y' }], { 'index.schema.json': SCHEMA, ...PHOTOS }),
    ).rejects.toMatchObject({
      code: 'format_invalid',
      message: 'image 1 (1.jpg): year is "x", which is not of type integer; 1 more values do not fit',
    });
  });
});
