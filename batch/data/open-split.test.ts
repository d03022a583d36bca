import { describe, expect, it } from 'vitest';
import { evenCaptionImages } from '../../shared/retrieval/index.ts';
import { npyBytes, sizeBytes, smallSplitFiles, withFolder } from '../../test/support/data-folder.ts';
import { openSplit } from './open-split.ts';
import type { Split } from './split.ts';

type Files = Map<string, Buffer | string>;

async function openFiles<T>(files: Files, split: string, use: (opened: Split) => Promise<T>): Promise<T> {
  return withFolder(files, async (folder) => {
    const opened = await openSplit(folder, split, { vocabularySize: 7 });
    try {
      return await use(opened);
    } finally {
      await opened.close();
    }
  });
}

describe('openSplit', () => {
  it.each([1, 5])('reads everything of a split with %i rows for each image', async (rowsPerImage) => {
    await openFiles(smallSplitFiles('test', 4, rowsPerImage), 'test', async (split) => {
      expect(split).toMatchObject({
        split: 'test',
        images: 4,
        regions: 3,
        featureSize: 4,
        rowsPerImage,
        features: undefined,
        captionImages: evenCaptionImages(4, 5),
      });
      expect(await split.readFeatures(1, 3)).toEqual(
        Float32Array.from({ length: 24 }, (_, index) => 12 + index),
      );
      expect(split.boxes).toHaveLength(4 * 12);
      expect(split.boxes.subarray(0, 4)).toEqual(Float32Array.of(0, 2 / 50, 14 / 100, 16 / 50));
      expect(split.boxes.subarray(36, 40)).toEqual(Float32Array.of(3 / 103, 5 / 53, 17 / 103, 19 / 53));
      expect(split.sizes.slice(-2)).toEqual(Float32Array.of(103, 53));
      expect(split.stored.boxRows).toHaveLength(4 * rowsPerImage * 12);
      expect(split.captionsOf(3)).toEqual([15, 16, 17, 18, 19]);
      expect(split.captionIds).toHaveLength(20);
      expect(split.captionIds[1]).toEqual([1, 5, 5, 2]);
      expect(split.captionTexts?.[19]).toBe('caption 19');
      expect(split.dependencies?.[7]).toEqual([
        [0, 1],
        [1, 2],
      ]);
      expect(split.imageNames).toEqual(['0.jpg', '1.jpg', '2.jpg', '3.jpg']);
      expect(split.metadata?.[2]).toEqual({ place: 2 });
    });
  });

  it('works without optional files', async () => {
    const files = smallSplitFiles('test', 3);
    for (const name of ['precaps_stan.txt', 'caps.txt', 'caps.json', 'images.txt', 'metadata.jsonl']) {
      files.delete(`test_${name}`);
    }
    await openFiles(files, 'test', async (split) => {
      expect(split).toMatchObject({ images: 3, captionIds: [], captionImages: new Int32Array() });
      expect(split.captionsOf(1)).toEqual([]);
      expect(split.captionTexts ?? split.dependencies ?? split.imageNames ?? split.metadata).toBeUndefined();
    });
  });

  it('accepts Windows line ends', async () => {
    const files = smallSplitFiles('test', 3);
    for (const [name, content] of files) {
      if (typeof content === 'string') files.set(name, content.replaceAll('\n', '\r\n'));
    }
    await openFiles(files, 'test', async (split) => {
      expect(split.captionIds[14]).toEqual([1, 6, 5, 2]);
      expect(split.captionTexts?.[14]).toBe('caption 14');
      expect(split.imageNames).toEqual(['0.jpg', '1.jpg', '2.jpg']);
    });
  });

  it('ignores blank lines at the end of its text files', async () => {
    const files = smallSplitFiles('test', 3, 1, 6);
    files.set('test_caption_images.txt', '2 per image\n');
    for (const [name, content] of files) {
      if (/\.(txt|jsonl)$/.test(name)) files.set(name, `${String(content)}\n  \r\n\n`);
    }
    await openFiles(files, 'test', async (split) => {
      expect([split.captionIds.length, split.captionTexts?.length]).toEqual([6, 6]);
      expect([split.imageNames?.length, split.metadata?.length]).toEqual([3, 3]);
    });
  });

  it('has all captions of dev', async () => {
    await openFiles(smallSplitFiles('dev', 1002), 'dev', async (split) => {
      expect([split.images, split.captionIds.length]).toEqual([1002, 5010]);
    });
  });
});

const float = (values: readonly number[], shape: readonly number[]): Buffer =>
  npyBytes("'<f4'", shape, Float32Array.from(values));
const ones = (count: number): number[] => Array<number>(count).fill(1);

/** What is wrong, how it is made, the code, and what the message must name. */
const MALFORMED: readonly (readonly [string, (files: Files) => unknown, string, RegExp])[] = [
  ['no features', (files) => files.delete('test_ims.npy'), 'file_missing', /no split "test"/],
  ['no boxes', (files) => files.delete('test_ims_bbx.npy'), 'file_missing', /test_ims_bbx\.npy/],
  ['no sizes', (files) => files.delete('test_ims_size.npy'), 'file_missing', /test_ims_size\.npy/],
  ['no image', (files) => files.set('test_ims.npy', float([], [0, 3, 4])), 'shape_mismatch', /test_ims\.npy/],
  ['flat features', (files) => files.set('test_ims.npy', float(ones(24), [2, 12])), 'shape_mismatch', /2,12/],
  [
    'truncated features',
    (files) => files.set('test_ims.npy', float(ones(20), [2, 3, 4])),
    'format_invalid',
    /test_ims\.npy/,
  ],
  [
    'too few captions',
    (files) => files.set('test_precaps_stan.txt', '1,4,2\n'.repeat(9)),
    'shape_mismatch',
    /2 rows for 9 captions in .*test_precaps_stan\.txt/,
  ],
  [
    'boxes with other R',
    (files) => files.set('test_ims_bbx.npy', float(ones(16), [2, 2, 4])),
    'shape_mismatch',
    /test_ims_bbx\.npy is \[2,2,4\], expected \[2,3,4\]/,
  ],
  [
    'boxes of three numbers',
    (files) => files.set('test_ims_bbx.npy', float(ones(18), [2, 3, 3])),
    'shape_mismatch',
    /expected \[2,3,4\]/,
  ],
  [
    'a box that is NaN',
    (files) => files.set('test_ims_bbx.npy', float([...ones(23), Number.NaN], [2, 3, 4])),
    'format_invalid',
    /row 1, region 2 holds/,
  ],
  [
    'sizes of other images',
    (files) => files.set('test_ims_size.npy', sizeBytes([[9, 9]])),
    'shape_mismatch',
    /is \[1\], expected \[2\]/,
  ],
  [
    'a zero size',
    (files) =>
      files.set(
        'test_ims_size.npy',
        sizeBytes([
          [9, 9],
          [9, 0],
        ]),
      ),
    'format_invalid',
    /row 1 .*9 x 0/,
  ],
  [
    'sizes without names',
    (files) =>
      files.set(
        'test_ims_size.npy',
        npyBytes("[('w', '<i4'), ('h', '<i4')]", [2], Int32Array.of(9, 9, 9, 9)),
      ),
    'format_invalid',
    /test_ims_size\.npy/,
  ],
  [
    'no <start>',
    (files) => files.set('test_precaps_stan.txt', `4,5,2\n${'1,4,2\n'.repeat(9)}`),
    'format_invalid',
    /test_precaps_stan\.txt:1.*<start>/,
  ],
  [
    'no <end>',
    (files) => files.set('test_precaps_stan.txt', `${'1,4,2\n'.repeat(9)}1,4,5\n`),
    'format_invalid',
    /test_precaps_stan\.txt:10.*<end>/,
  ],
  [
    'an empty caption',
    (files) => files.set('test_precaps_stan.txt', `1,4,2\n\n${'1,4,2\n'.repeat(8)}`),
    'format_invalid',
    /test_precaps_stan\.txt:2/,
  ],
  [
    'a blank line between captions',
    (files) => files.set('test_caps.txt', `a\n${'b\n'.repeat(5)} \n${'c\n'.repeat(4)}`),
    'format_invalid',
    /test_caps\.txt:7 is blank/,
  ],
  [
    'a blank line between metadata',
    (files) => files.set('test_metadata.jsonl', '{}\n\n{}\n'),
    'format_invalid',
    /test_metadata\.jsonl:2 is blank/,
  ],
  [
    'an id that is not a number',
    (files) => files.set('test_precaps_stan.txt', `${'1,4,2\n'.repeat(9)}1,cat,2\n`),
    'format_invalid',
    /:10: "cat"/,
  ],
  [
    'an id that is a fraction',
    (files) => files.set('test_precaps_stan.txt', `${'1,4,2\n'.repeat(9)}1,4.5,2\n`),
    'format_invalid',
    /:10: "4.5"/,
  ],
  [
    'an id beyond the vocabulary',
    (files) => files.set('test_precaps_stan.txt', `${'1,4,2\n'.repeat(9)}1,7,2\n`),
    'format_invalid',
    /:10: word id 7.*7 words/,
  ],
  [
    'too few texts',
    (files) => files.set('test_caps.txt', 'a\n'.repeat(9)),
    'shape_mismatch',
    /test_caps\.txt has 9 entries for 10 captions/,
  ],
  ...['caps', 'precaps_stan', 'caption_images', 'images', 'metadata'].map(
    (kind): (typeof MALFORMED)[number] => {
      const name = `test_${kind}.${kind === 'metadata' ? 'jsonl' : 'txt'}`;
      return [
        `CR line ends in ${name}`,
        (files) => files.set(name, '1,4,2\r'.repeat(10)),
        'format_invalid',
        /\/test_\w+\.\w+ has CR line ends$/,
      ];
    },
  ),
  [
    'no UTF-8',
    (files) => files.set('test_caps.txt', Buffer.from([0xff, 0xfe, 10])),
    'format_invalid',
    /test_caps\.txt is not UTF-8/,
  ],
  [
    'parses that are not JSON',
    (files) => files.set('test_caps.json', '[[[0, 1]'),
    'format_invalid',
    /test_caps\.json is not JSON/,
  ],
  [
    'parses that are not a list',
    (files) => files.set('test_caps.json', '{}'),
    'format_invalid',
    /test_caps\.json/,
  ],
  [
    'too few parses',
    (files) => files.set('test_caps.json', JSON.stringify(Array(9).fill([[0, 1]]))),
    'shape_mismatch',
    /9 entries for 10 captions/,
  ],
  [
    'a pair of three',
    (files) =>
      files.set(
        'test_caps.json',
        JSON.stringify([
          [
            [0, 1],
            [1, 2, 3],
          ],
          ...Array(9).fill([[0, 1]]),
        ]),
      ),
    'format_invalid',
    /caption 1, pair 2: \[1,2,3\]/,
  ],
  [
    'a pair of words',
    (files) => files.set('test_caps.json', JSON.stringify([...Array(9).fill([[0, 1]]), [['root', 1]]])),
    'format_invalid',
    /caption 10, pair 1/,
  ],
  [
    'a caption that is not a list',
    (files) => files.set('test_caps.json', JSON.stringify([...Array(9).fill([[0, 1]]), 5])),
    'format_invalid',
    /caption 10/,
  ],
  [
    'too many names',
    (files) => files.set('test_images.txt', 'a\nb\nc\n'),
    'shape_mismatch',
    /test_images\.txt has 3 entries for 2 images/,
  ],
  [
    'an empty name',
    (files) => files.set('test_images.txt', ' \na\n'),
    'format_invalid',
    /test_images\.txt:1 is blank/,
  ],
  [
    'metadata of other images',
    (files) => files.set('test_metadata.jsonl', '{}\n'),
    'shape_mismatch',
    /test_metadata\.jsonl has 1 entries/,
  ],
  [
    'metadata that is not an object',
    (files) => files.set('test_metadata.jsonl', '{}\n[]\n'),
    'format_invalid',
    /test_metadata\.jsonl:2/,
  ],
  [
    'metadata that is not JSON',
    (files) => files.set('test_metadata.jsonl', '{}\n{\n'),
    'format_invalid',
    /test_metadata\.jsonl:2/,
  ],
  [
    'metadata with an integer that would be rounded',
    (files) => files.set('test_metadata.jsonl', '{"id": 9007199254740993}\n{}\n'),
    'format_invalid',
    /test_metadata\.jsonl:1: "id" is 9007199254740993, which would be rounded/,
  ],
  [
    'metadata with a number that would become null',
    (files) => files.set('test_metadata.jsonl', '{}\n{"a": {"price": 1e400}}\n'),
    'format_invalid',
    /test_metadata\.jsonl:2: "a\.price" is 1e400/,
  ],
  [
    'metadata with a member twice',
    (files) => files.set('test_metadata.jsonl', '{}\n{"a": 1, "a": 2}\n'),
    'format_invalid',
    /test_metadata\.jsonl:2: "a" is given more than once/,
  ],
];

describe('openSplit refuses', () => {
  it.each(MALFORMED)('%s', async (_, spoil, code, message) => {
    const files = smallSplitFiles('test', 2);
    spoil(files);
    const opening = openFiles(files, 'test', (split) => split.readFeatures(0, split.images));
    await expect(opening).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('features that are not finite, and names the image', async () => {
    const files = smallSplitFiles('test', 3);
    const features = ones(36);
    features[28] = Number.NaN;
    files.set('test_ims.npy', float(features, [3, 3, 4]));
    await openFiles(files, 'test', async (split) => {
      expect(await split.readFeatures(0, 2)).toHaveLength(24);
      await expect(split.readFeatures(1, 3)).rejects.toMatchObject({
        code: 'format_invalid',
        message: expect.stringMatching(/image 2/),
      });
    });
  });

  it('a folder that does not exist or is a file', async () => {
    await withFolder(new Map([['file', 'x']]), async (folder) => {
      await expect(openSplit(`${folder}/none`, 'test')).rejects.toMatchObject({ code: 'file_missing' });
      await expect(openSplit(`${folder}/file`, 'test')).rejects.toMatchObject({ code: 'file_unreadable' });
    });
  });

  it('a split that does not exist, and names the existing ones', async () => {
    await withFolder(smallSplitFiles('dev', 1), async (folder) => {
      await expect(openSplit(folder, 'test')).rejects.toMatchObject({
        code: 'file_missing',
        hint: 'it has dev',
      });
    });
  });
});
