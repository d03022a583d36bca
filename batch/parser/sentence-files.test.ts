import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DependencyTree } from '../../shared/parse/index.ts';
import { formatTrees, readSentences, type SourceFormat } from './sentence-files.ts';

const TREE: DependencyTree = {
  words: ['two', 'dogs', 'run'],
  heads: [2, 3, 0],
  relations: ['nummod', 'nsubj', 'root'],
  tags: ['CD', 'NNS', 'VBP'],
  universalTags: ['NUM', 'NOUN', 'VERB'],
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gsmn-parse-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(text: string, format: SourceFormat) {
  const path = join(folder, 'source');
  await writeFile(path, text);
  return readSentences(path, format, 'treebank');
}

describe('sentences in files', () => {
  it('are lines of text', async () => {
    const sentences = await read("Two dogs can't run.\n\nA cat.\r\n", 'text');
    expect(sentences.map(({ words }) => words)).toEqual([
      ['two', 'dogs', 'ca', "n't", 'run', '.'],
      [],
      ['a', 'cat', '.'],
    ]);
  });

  it('become pairs with the root first, as data files have them', () => {
    expect(JSON.parse(formatTrees([TREE, { ...TREE, words: [], heads: [] }], [], 'pairs'))).toEqual([
      [
        [0, 3],
        [2, 1],
        [3, 2],
      ],
      [],
    ]);
  });

  it('keep the other columns of CoNLL-U', async () => {
    const rows = [
      '# sent_id = 1',
      '1-2\ttwodogs\t_\t_\t_\t_\t_\t_\t_\t_',
      '1\ttwo\ttwo\t_\t_\tNumType=Card\t_\t_\t_\tSpaceAfter=No',
      '2\tdogs\tdog\t_\t_\t_\t_\t_\t_\t_',
      '3\trun\trun\t_\t_\t_\t_\t_\t_\t_',
      '3.1\tfast\t_\t_\t_\t_\t_\t_\t3:advmod\t_',
    ];
    const [source] = await read(`${rows.join('\n')}\n\n`, 'conllu');
    expect(source?.words).toEqual(TREE.words);
    const written = formatTrees([TREE], source === undefined ? [] : [source], 'conllu').split('\n');
    expect(written).toEqual([
      rows[0],
      rows[1],
      '1\ttwo\ttwo\tNUM\tCD\tNumType=Card\t2\tnummod\t_\tSpaceAfter=No',
      '2\tdogs\tdog\tNOUN\tNNS\t_\t3\tnsubj\t_\t_',
      '3\trun\trun\tVERB\tVBP\t_\t0\troot\t_\t_',
      '',
      '',
    ]);
  });

  it("are read from CoreNLP's JSON as they were written", async () => {
    const [source] = await read(formatTrees([TREE], [], 'corenlp'), 'corenlp');
    expect(source?.tree).toMatchObject({
      words: TREE.words,
      heads: TREE.heads,
      relations: TREE.relations,
      tags: TREE.tags,
    });
  });

  it("make one tree of the sentences of a CoreNLP text, below the first one's root", async () => {
    const sentence = (words: readonly string[], root: number) => ({
      basicDependencies: words.map((_, index) => ({
        dep: index + 1 === root ? 'ROOT' : 'dep',
        governor: index + 1 === root ? 0 : root,
        dependent: index + 1,
      })),
      tokens: words.map((word, index) => ({ index: index + 1, word })),
    });
    const document = { sentences: [sentence(['a', 'dog', 'runs'], 3), sentence(['it', 'barks'], 2)] };
    const [source] = await read(JSON.stringify(document), 'corenlp');
    expect(source?.tree?.heads).toEqual([3, 3, 0, 5, 3]);
    expect(source?.tree?.relations).toEqual(['dep', 'dep', 'root', 'dep', 'parataxis']);
  });

  it.each([
    ['no JSON', 'corenlp', '{"sentences"'],
    ['another JSON', 'corenlp', '{"a": 1}'],
    [
      'a token without a head',
      'corenlp',
      '{"sentences":[{"basicDependencies":[],"tokens":[{"index":1,"word":"a"}]}]}',
    ],
    [
      'a dependency beyond the sentence',
      'corenlp',
      '{"sentences":[{"basicDependencies":[{"dep":"ROOT","governor":0,"dependent":2}],"tokens":[{"index":1,"word":"a"}]}]}',
    ],
    ['invalid rows', 'conllu', 'a dog runs\n'],
    ['CR line ends', 'text', 'a dog runs\ra cat sleeps\r'],
  ] as const)('are refused: %s', async (_, format, text) => {
    await expect(read(text, format)).rejects.toMatchObject({ code: 'format_invalid' });
  });

  it('fail without a file', async () => {
    await expect(readSentences(join(folder, 'none'), 'text', 'treebank')).rejects.toMatchObject({
      code: 'file_missing',
    });
  });
});
