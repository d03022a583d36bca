import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorCode } from '../../../test/support/error-code.ts';
import { openSplit } from '../../data/open-split.ts';
import { drawnRegions } from '../../features/drawn-regions/drawn-regions.ts';
import { featureIdentity } from '../../features/feature-source.ts';
import { type Report, silentReport } from '../../report.ts';
import { readVocabulary } from '../../vocabulary/vocabulary-file.ts';
import { makeGallery } from './index.ts';

async function withGallery<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'gsmn-gallery-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** SHA-256 of every file in a folder, by its path. */
function contents(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  const sum = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length), sum(path)]));
}

const train = (folder: string, threads = 2) => ({ folder, splits: ['train'] as const, count: 11, threads });

describe('makeGallery', () => {
  it('notices before any work that its folder cannot be made', async () => {
    await withGallery(async (root) => {
      const folder = join(root, 'link');
      symlinkSync(join(root, 'nothing', 'there'), folder);
      // Threads take no such signal: planning, which comes before drawing, would fail with a TypeError.
      const signal = { throwIfAborted: () => {} } as unknown as AbortSignal;
      expect(await errorCode(makeGallery({ ...train(folder), signal }))).toBe('file_unwritable');
    });
  });

  it('writes a data folder that can be opened, with image files and twins', async () => {
    await withGallery(async (folder) => {
      const [made] = await makeGallery(train(folder));
      expect(made).toMatchObject({ split: 'train', pictures: 11, twinPairs: 2, found: false });
      const { vocabulary } = await readVocabulary(join(folder, 'vocab.json'));
      const split = await openSplit(folder, 'train', { vocabularySize: vocabulary.size });
      const features = featureIdentity(drawnRegions);
      const { regions, featureSize } = features;
      expect(split).toMatchObject({ images: 11, regions, featureSize, features });
      expect(split.captionTexts).toHaveLength(55);
      const words = split.captionTexts?.[0]?.toLowerCase().split(' ') ?? [];
      expect(split.captionIds[0]).toEqual([1, ...words.map((word) => vocabulary.idOf(word)), 2]);
      await split.close();
      for (const name of split.imageNames ?? []) {
        const { format, width, height } = await sharp(join(folder, 'images', name)).metadata();
        expect({ format, width, height }).toEqual({ format: 'webp', width: 640, height: 480 });
      }
      const twins = z
        .array(z.object({ first: z.number(), second: z.number() }))
        .length(2)
        .parse(JSON.parse(readFileSync(join(folder, 'train_twins.json'), 'utf8')));
      const sorted = (row: number) => split.captionTexts?.[5 * row]?.split(' ').sort();
      for (const { first, second } of twins) {
        expect(second).toBe(first + 1);
        expect(sorted(first)).toEqual(sorted(second));
      }
    });
  });

  it('writes equal bytes with any number of threads, and finds an existing split', async () => {
    let stages = 0;
    const report: Report = {
      ...silentReport,
      stage: (...stage) => {
        stages++;
        return silentReport.stage(...stage);
      },
    };
    const [one, three] = await Promise.all(
      [1, 3].map((threads) =>
        withGallery(async (folder) => {
          await makeGallery({ ...train(folder, threads), report });
          const before = contents(folder);
          const [again] = await makeGallery({ ...train(folder, threads), report });
          expect(again?.found).toBe(true);
          expect(contents(folder)).toEqual(before);
          return before;
        }),
      ),
    );
    expect(one).toEqual(three);
    expect(stages).toBe(2);
  });

  it('names the features of a split from before features had names', async () => {
    await withGallery(async (folder) => {
      await makeGallery(train(folder));
      const before = contents(folder);
      rmSync(join(folder, 'train_features.json'));
      const [again] = await makeGallery(train(folder));
      expect(again?.found).toBe(true);
      expect(contents(folder)).toEqual(before);
    });
  });

  it('makes a split again if its settings changed, and keeps others', async () => {
    await withGallery(async (folder) => {
      await makeGallery(train(folder));
      await makeGallery({ folder, splits: ['dev'], count: 2, threads: 2 });
      const before = contents(folder);
      const [test] = await makeGallery({ folder, splits: ['dev'], count: 3, threads: 2, seed: 9 });
      expect(test).toMatchObject({ pictures: 3, found: false });
      const after = contents(folder);
      expect(readdirSync(join(folder, 'images', 'dev'))).toHaveLength(3);
      for (const [path, sum] of Object.entries(before)) {
        if (path.includes('train') || path === '/vocab.json') expect(after[path], path).toBe(sum);
        if (/dev_caps|dev_ims.npy|dev\//.test(path)) expect(after[path], path).not.toBe(sum);
      }
    });
  });

  it('uses a named vocabulary, and fails if there is none', async () => {
    await withGallery(async (folder) => {
      const test = { folder: join(folder, 'data'), splits: ['test'] as const, count: 1, threads: 2 };
      expect(await errorCode(makeGallery(test))).toBe('argument_invalid');
      const vocabulary = join(folder, 'mine.json');
      expect(await errorCode(makeGallery({ ...test, vocabulary }))).toBe('file_missing');
      const words = { '<pad>': 0, '<start>': 1, '<end>': 2, '<unk>': 3, '.': 4 };
      writeFileSync(vocabulary, JSON.stringify({ word2idx: words }));
      await makeGallery({ ...test, vocabulary });
      expect(readFileSync(join(folder, 'data', 'vocab.json'))).toEqual(readFileSync(vocabulary));
      const ids = readFileSync(join(folder, 'data', 'test_precaps_stan.txt'), 'utf8').split('\n')[0];
      expect(ids).toMatch(/^1(,3)+,4,2$/);
    });
  });

  it('leaves nothing when it is stopped', async () => {
    await withGallery(async (folder) => {
      const controller = new AbortController();
      const report = {
        ...silentReport,
        stage: <T>(_label: string, _unit: string, work: (hear: (done: number) => void) => Promise<T>) =>
          work((done) => {
            if (done > 2) controller.abort(new RangeError('stopped'));
          }),
      };
      const run = makeGallery({ ...train(folder), report, signal: controller.signal });
      await expect(run).rejects.toThrow(RangeError);
      expect(existsSync(folder) && readdirSync(folder)).toEqual([]);
    });
  });
});
