import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isTree } from '../../../shared/parse/index.ts';
import { smallSplitFiles, withFolder } from '../../../test/support/data-folder.ts';
import { errorCode } from '../../../test/support/error-code.ts';
import { runCommand } from '../../../test/support/run-command.ts';
import { runGsmn } from '../../../test/support/run-gsmn.ts';
import { openSplit } from '../../data/open-split.ts';
import { captionsCommand } from './captions.ts';
import { parseCommand } from './parse.ts';
import { vocabCommand } from './vocab.ts';

const parse = (...parameters: string[]) => runCommand(parseCommand(), parameters);

const SENTENCES = [
  'A black dog chases a white cat.',
  'Two women are sitting on a bench.',
  'A man in a red shirt holds an umbrella.',
  'The girl who wears a hat is laughing.',
  'Three boys run.',
];

const pairs = (path: string): [number, number][][] => JSON.parse(readFileSync(path, 'utf8'));
const headOf = (caption: readonly [number, number][], word: number) =>
  caption.find(([, dependent]) => dependent === word)?.[0];

describe('gsmn parse', () => {
  it('finds who does what with what', async () => {
    await withFolder(new Map([['caps.txt', `${SENTENCES.join('\n')}\n`]]), async (folder) => {
      const out = join(folder, 'caps.json');
      await parse('--src-path', join(folder, 'caps.txt'), '--tar-path', out);
      const [chases = [], sitting = [], holds = [], laughs = [], run = []] = pairs(out);
      // a1 black2 dog3 chases4 a5 white6 cat7 .8
      expect(chases[0]).toEqual([0, 4]);
      expect([2, 3, 6, 7].map((word) => headOf(chases, word))).toEqual([3, 4, 7, 4]);
      // two1 women2 are3 sitting4 on5 a6 bench7
      expect([1, 2, 4, 5, 7].map((word) => headOf(sitting, word))).toEqual([2, 4, 0, 7, 4]);
      // a1 man2 in3 a4 red5 shirt6 holds7 an8 umbrella9
      expect([2, 5, 6, 7, 9].map((word) => headOf(holds, word))).toEqual([7, 6, 2, 0, 7]);
      // the1 girl2 who3 wears4 a5 hat6 is7 laughing8
      expect([2, 4, 6, 8].map((word) => headOf(laughs, word))).toEqual([8, 2, 4, 0]);
      expect(run[0]).toEqual([0, 3]);
    });
  });

  it('makes a complete data folder from features and sentences, with its own vocabulary', async () => {
    const features = [...smallSplitFiles('dev', 2)].filter(([name]) =>
      /_(ims|ims_bbx|ims_size)\.npy$/.test(name),
    );
    const captions = `${[...SENTENCES, ...SENTENCES].join('\n')}\n`;
    await withFolder(new Map([...features, ['dev_caps.txt', captions]]), async (folder) => {
      const vocabulary = join(folder, 'vocab.json');
      await runCommand(vocabCommand(), [
        '--data',
        folder,
        '--out',
        vocabulary,
        '--split',
        'dev',
        '--threshold',
        '1',
      ]);
      await runCommand(captionsCommand(), ['encode', '--data', folder]);
      await parse('--src-path', join(folder, 'dev_caps.txt'), '--tar-path', join(folder, 'dev_caps.json'));
      const split = await openSplit(folder, 'dev');
      expect(split.captionIds).toHaveLength(10);
      expect(split.dependencies).toHaveLength(10);
      for (const [caption, ids] of (split.captionIds ?? []).entries()) {
        const own = split.dependencies?.[caption] ?? [];
        // Words between <start> and <end>, each with one head.
        expect(own).toHaveLength(ids.length - 2);
        const heads = own.toSorted(([, a], [, b]) => a - b).map(([head]) => head);
        expect(isTree(heads)).toBe(true);
      }
      await split.close();
    });
  });

  it('converts CoreNLP to pairs without parsing, and keeps an existing target without --force', async () => {
    const document = {
      sentences: [
        {
          basicDependencies: [
            { dep: 'ROOT', governor: 0, dependent: 1 },
            { dep: 'obj', governor: 1, dependent: 2 },
          ],
          tokens: [
            { index: 1, word: 'see' },
            { index: 2, word: 'dogs' },
          ],
        },
      ],
    };
    await withFolder(new Map([['in.json', JSON.stringify([document])]]), async (folder) => {
      const [source, target] = [join(folder, 'in.json'), join(folder, 'out.json')];
      await parse('--src-path', source, '--tar-path', target);
      expect(pairs(target)).toEqual([
        [
          [0, 1],
          [1, 2],
        ],
      ]);
      writeFileSync(target, '[]\n');
      expect(await errorCode(parse('--src-path', source, '--tar-path', target))).toBe('conflict');
      await parse('--src-path', source, '--tar-path', target, '--force');
      expect(pairs(target)).toHaveLength(1);
    });
  });

  it('goes on after a line that is too long to be parsed, and says which, unless it is to be strict', async () => {
    const long = Array.from({ length: 600 }, () => 'dog').join(' ');
    const captions = `A dog runs.\n${long}\nA cat sleeps.\n\n \n`;
    await withFolder(new Map([['caps.txt', captions]]), async (folder) => {
      const [source, target] = [join(folder, 'caps.txt'), join(folder, 'caps.json')];
      const strict = await runGsmn(['parse', '--src-path', source, '--tar-path', target, '--strict']);
      expect(strict.stderr).toContain(`${source}:2: 600 words, at most 400`);
      expect(strict.code).toBe(3);
      expect(existsSync(target)).toBe(false);

      const lenient = await runGsmn(['parse', '--src-path', source, '--tar-path', target]);
      expect(lenient.stderr).toContain(`${source}:2: 600 words, at most 400`);
      expect(lenient.stderr).toContain('1 of 3 captions have no parse');
      expect(lenient.code).toBe(3);
      const [first, second, third, ...others] = pairs(target);
      expect([first?.length, second, third?.length, others]).toEqual([4, [], 4, []]);

      const rows = join(folder, 'caps.conllu');
      expect((await runGsmn(['parse', '--src-path', source, '--tar-path', rows])).code).toBe(3);
      expect(readFileSync(rows, 'utf8')).toContain('\n600\tdog\t_\t_\t_\t_\t_\t_\t_\t_\n');
    });
  });

  it('accepts the released names of its options, and names what is missing', async () => {
    await withFolder(new Map([['caps.txt', 'A dog runs.\n']]), async (folder) => {
      const target = join(folder, 'caps.conllu');
      const { code } = await runGsmn(['parse', '--src_path', join(folder, 'caps.txt'), '--tar_path', target]);
      expect(code).toBe(0);
      expect(readFileSync(target, 'utf8')).toContain('2\tdog\t_\tNOUN\tNN\t_\t3\tnsubj\t_\t_\n');
    });
    expect(await errorCode(parse('--src-path', 'caps.txt'))).toBe('argument_invalid');
    expect(await errorCode(parse('--src-path', '/nowhere', '--tar-path', '/nowhere/x.json'))).toBe(
      'file_missing',
    );
  });
});

const treebank = resolve(import.meta.dirname, '../../../../shared/treebank');

describe.skipIf(!existsSync(treebank))('the built-in parser (skipped without ../shared/treebank)', () => {
  it.each([
    ['UD_English-EWT/en_ewt-ud-test.conllu', 25_094, 87, 84],
    ['UD_English-GUM/en_gum-ud-test.conllu', 28_397, 85, 81],
  ])('parses %s', async (path, words, unlabelled, labelled) => {
    const scores = JSON.parse(await parse('--eval', join(treebank, path), '--json'));
    expect(scores.words).toBe(words);
    expect(scores.unlabelled).toBeGreaterThan(unlabelled);
    expect(scores.labelled).toBeGreaterThan(labelled);
  });
});
