import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withFolder } from '../../../test/support/data-folder.ts';
import { errorCode } from '../../../test/support/error-code.ts';
import { runCommand } from '../../../test/support/run-command.ts';
import { runGsmn } from '../../../test/support/run-gsmn.ts';
import { captionsCommand } from './captions.ts';
import { vocabCommand } from './vocab.ts';

const TRAIN = 'A dog runs .\nA dog runs .\nThe dog runs and a cat sits .\n';
const DEV = 'A dog runs .\nThe zebra is not there .\n';
const files = new Map([
  ['train_caps.txt', TRAIN],
  ['dev_caps.txt', DEV],
  ['test_caps.txt', 'The dog sits .\n'],
]);
const WORDS = { '<pad>': 0, '<start>': 1, '<end>': 2, '<unk>': 3, a: 4, dog: 5, runs: 6, '.': 7 };

const vocab = (...parameters: string[]) => runCommand(vocabCommand(), parameters);
const encode = (...parameters: string[]) => runCommand(captionsCommand(), ['encode', ...parameters]);
const wordsIn = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8')).word2idx;

describe('gsmn vocab', () => {
  it('makes the vocabulary that captions encode finds', async () => {
    await withFolder(files, async (folder) => {
      const out = join(folder, 'vocab.json');
      await vocab('--data', folder, '--out', out);
      expect(wordsIn(out)).toEqual(WORDS);
      await encode('--data', folder);
      expect(readFileSync(join(folder, 'dev_precaps_stan.txt'), 'utf8')).toBe(
        '1,4,5,6,7,2\n1,3,3,3,3,3,7,2\n',
      );
      expect(readFileSync(join(folder, 'test_precaps_stan.txt'), 'utf8')).toBe('1,3,5,3,7,2\n');
      expect(readdirSync(folder).filter((name) => name.includes('precaps'))).toHaveLength(3);
    });
  });

  it('counts the requested splits, with another threshold', async () => {
    await withFolder(files, async (folder) => {
      const out = join(folder, 'x.json');
      await vocab('--data', folder, '--out', out, '--split', 'dev', '--threshold', '2');
      expect(wordsIn(out)).toEqual({ '<pad>': 0, '<start>': 1, '<end>': 2, '<unk>': 3, '.': 4 });
    });
  });

  it('is written again, but replaces a different one only with --force', async () => {
    await withFolder(files, async (folder) => {
      const out = join(folder, 'x.json');
      const parameters = ['--data', folder, '--out', out];
      await vocab(...parameters);
      await vocab(...parameters);
      const before = readFileSync(out, 'utf8');
      expect(await errorCode(vocab(...parameters, '--threshold', '1'))).toBe('conflict');
      expect(readFileSync(out, 'utf8')).toBe(before);
      await vocab(...parameters, '--threshold', '1', '--force');
      expect(wordsIn(out)).toHaveProperty('zebra');
    });
  });

  it.each<[string, readonly string[], string]>([
    ['a split without captions', ['--split', 'train', 'testall'], 'file_missing'],
    ['an invalid number of times', ['--threshold', '0'], 'argument_invalid'],
  ])('refuses %s and writes nothing', async (_, parameters, code) => {
    await withFolder(files, async (folder) => {
      const out = join(folder, 'x.json');
      expect(await errorCode(vocab('--data', folder, '--out', out, ...parameters))).toBe(code);
      expect(readdirSync(folder)).toHaveLength(files.size);
    });
  });

  it('accepts the released names of the options and shows progress on stderr only', async () => {
    await withFolder(files, async (folder) => {
      const out = join(folder, 'x.json');
      const names = ['--data_path', dirname(folder), '--data_name', basename(folder)];
      const { code, stdout, stderr } = await runGsmn(['vocab', ...names, '--out', out]);
      expect(stderr).toMatch(/counting words: 5 captions[\s\S]*wrote .*x\.json: 8 words/);
      expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
      expect(wordsIn(out)).toEqual(WORDS);
    });
  });
});

describe('gsmn captions encode', () => {
  it('keeps word ids that were made with another vocabulary', async () => {
    const ids = new Map([...files, ['dev_precaps_stan.txt', '1,99,2\n1,98,2\n']]);
    await withFolder(ids, async (folder) => {
      const path = join(folder, 'dev_precaps_stan.txt');
      await vocab('--data', folder, '--out', join(folder, 'vocab.json'));
      expect(await errorCode(encode('--data', folder, '--split', 'dev'))).toBe('conflict');
      expect(readFileSync(path, 'utf8')).toBe('1,99,2\n1,98,2\n');
      await encode('--data', folder, '--split', 'dev', '--force');
      expect(readFileSync(path, 'utf8')).toMatch(/^1,4,5,6,7,2\n/);
    });
  });

  it.each<[string, ReadonlyMap<string, string>, string]>([
    ['no vocabulary', files, 'file_missing'],
    ['an invalid vocabulary', new Map([...files, ['vocab.json', '{}']]), 'format_invalid'],
    ['no captions', new Map([['vocab.json', JSON.stringify({ word2idx: WORDS })]]), 'file_missing'],
    [
      'an empty file of captions',
      new Map([
        ['dev_caps.txt', ''],
        ['vocab.json', JSON.stringify({ word2idx: WORDS })],
      ]),
      'format_invalid',
    ],
  ])('refuses %s', async (_, found, code) => {
    await withFolder(found, async (folder) => {
      expect(await errorCode(encode('--data', folder))).toBe(code);
    });
  });
});
