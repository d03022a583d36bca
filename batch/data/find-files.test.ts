import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFolder } from '../../test/support/data-folder.ts';
import { findCheckpoint, findVocabulary } from './find-files.ts';
import { listSplits } from './split-files.ts';

function withFiles<T>(names: readonly string[], use: (folder: string) => Promise<T>): Promise<T> {
  return withFolder(new Map(), (folder) => {
    mkdirSync(join(folder, 'data', 'model'), { recursive: true });
    mkdirSync(join(folder, 'vocab'));
    for (const name of names) writeFileSync(join(folder, name), '');
    return use(join(folder, 'data'));
  });
}

describe('findCheckpoint', () => {
  it.each([
    [['model_best.pth.tar', 'model_self.pth.tar', 'model/config.json'], 'model_best.pth.tar'],
    [['model_self.pth.tar', 'model/config.json'], 'model'],
    [['model_self.pth.tar', 'model_neighbours.pth.tar'], 'model_self.pth.tar'],
    [['checkpoint_3.pth.tar'], 'checkpoint_3.pth.tar'],
  ])('of %j takes %s', async (names, expected) => {
    await withFiles(
      names.map((name) => `data/${name}`),
      async (folder) => {
        const { path, others } = await findCheckpoint(folder);
        expect(path).toBe(join(folder, expected));
        expect(others).toEqual(names.filter((name) => name.endsWith('.pth.tar') && name !== expected).sort());
      },
    );
  });

  it('lists several of equal rank', async () => {
    await withFiles(['data/b.pth.tar', 'data/a.pth.tar'], async (folder) => {
      await expect(findCheckpoint(folder)).rejects.toMatchObject({
        code: 'argument_invalid',
        message: expect.stringMatching(/a\.pth\.tar, b\.pth\.tar/),
        hint: expect.stringMatching(/--checkpoint/),
      });
    });
  });

  it('reports that there is none', async () => {
    await withFiles([], (folder) =>
      expect(findCheckpoint(folder)).rejects.toMatchObject({ code: 'file_missing' }),
    );
  });
});

describe('findVocabulary', () => {
  it.each([
    [['data/vocab.json', 'data/vocabulary.json'], undefined, 'data/vocab.json'],
    [['data/vocabulary.json', 'data/f30k_vocab.json'], undefined, 'data/vocabulary.json'],
    [['data/f30k_precomp_vocab.json'], undefined, 'data/f30k_precomp_vocab.json'],
    [['data/a_vocab.json', 'data/b_vocab.json'], 'b', 'data/b_vocab.json'],
    [['vocab/data_vocab.json'], undefined, 'vocab/data_vocab.json'],
    [['vocab/f30k_precomp_vocab.json'], 'f30k_precomp', 'vocab/f30k_precomp_vocab.json'],
  ])('of %j with the name %s takes %s', async (names, dataName, expected) => {
    await withFiles(names, async (folder) => {
      expect(await findVocabulary(folder, dataName)).toBe(join(folder, '..', expected));
    });
  });

  it('lists several of equal rank', async () => {
    await withFiles(['data/b_vocab.json', 'data/a_vocab.json'], (folder) =>
      expect(findVocabulary(folder)).rejects.toMatchObject({
        code: 'argument_invalid',
        message: expect.stringMatching(/a_vocab\.json, b_vocab\.json/),
      }),
    );
  });

  it('names the places where it looked', async () => {
    await withFiles(['vocab/other_vocab.json'], (folder) =>
      expect(findVocabulary(folder)).rejects.toMatchObject({
        code: 'file_missing',
        hint: expect.stringMatching(/vocab\.json.*data_vocab\.json/),
      }),
    );
  });
});

describe('listSplits', () => {
  it('names the splits that have features', async () => {
    const names = ['test_ims.npy', 'dev_ims.npy', 'train_caps.txt', 'dev_ims_bbx.npy'];
    await withFolder(new Map(names.map((name) => [name, ''])), async (folder) => {
      expect(await listSplits(folder)).toEqual(['dev', 'test']);
    });
  });
});
