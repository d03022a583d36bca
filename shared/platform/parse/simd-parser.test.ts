import { beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../test/support/random.ts';
import { randomParser, smallParserConfig } from '../../../test/support/random-parser.ts';
import { createSimdParser, isTree, MOST_WORDS, type ParserConfig } from '../../parse/index.ts';
import { plainParse } from '../../parse/reference/plain-parser.ts';
import { loadEncodeKernel } from '../encode/index.ts';

const SEED = 20261125;
const WORDS = [
  'a',
  'A',
  'dog',
  'DOG',
  'cats',
  'runs',
  '17',
  '``',
  '’s',
  '-',
  'T-shirt',
  'ß',
  '🙂',
  'running',
];

function sentence(random: () => number, length: number): string[] {
  return Array.from({ length }, () => WORDS[Math.floor(WORDS.length * random())] as string);
}

const SIZES: readonly (readonly [string, Partial<ParserConfig>])[] = [
  ['odd sizes', {}],
  ['whole panels and tiles', { hiddenSize: 16, arcSize: 16, relationSize: 8, tagSize: 8 }],
  [
    'one of everything',
    {
      hiddenSize: 1,
      arcSize: 1,
      relationSize: 1,
      tagSize: 1,
      tags: ['X'],
      universalTags: ['X'],
      relations: ['x'],
    },
  ],
  ['states of several panels', { hiddenSize: 37, arcSize: 21, relationSize: 13 }],
];

describe.each([
  ['relaxed instructions', true],
  ['plain instructions', false],
])(`the parser of simd, %s (seed ${SEED})`, (_, relaxed) => {
  let kernel: WebAssembly.Module;

  beforeAll(async () => {
    kernel = await loadEncodeKernel(relaxed);
  });

  it.each(SIZES)('finds the trees of the plain network: %s', async (__, changes) => {
    const random = seededRandom(SEED);
    const model = randomParser(random, smallParserConfig(changes));
    const parser = createSimdParser(model, kernel);
    const sentences = [1, 2, 3, 9, 4, 14, 14, 1, 31].map((length) => sentence(random, length));
    for (const [index, tree] of (await parser.parse(sentences)).entries()) {
      expect(tree).toEqual(plainParse(model, sentences[index] ?? []).tree);
    }
  });

  it('finds the same tree whatever else is parsed in the same call', async () => {
    const random = seededRandom(SEED + 1);
    const parser = createSimdParser(randomParser(random, smallParserConfig({ hiddenSize: 37 })), kernel);
    const sentences = Array.from({ length: 60 }, (__, index) => sentence(random, 1 + (index % 23)));
    const together = await parser.parse(sentences);
    for (const [index, words] of sentences.entries()) {
      expect(await parser.parse([words])).toEqual([together[index]]);
    }
  });

  it('finds one tree for every sentence, even the longest', async () => {
    const random = seededRandom(SEED + 2);
    const parser = createSimdParser(randomParser(random, smallParserConfig()), kernel);
    const lengths = [1, 2, 200, 3, 64, MOST_WORDS, 5];
    const trees = await parser.parse(lengths.map((length) => sentence(random, length)));
    for (const [index, { heads, relations, tags, universalTags }] of trees.entries()) {
      expect(isTree(heads)).toBe(true);
      for (const part of [heads, relations, tags, universalTags])
        expect(part).toHaveLength(lengths[index] ?? 0);
      expect(relations).not.toContain('');
    }
  });

  it('accepts sentences without words, and refuses those with too many', async () => {
    const parser = createSimdParser(randomParser(seededRandom(SEED), smallParserConfig()), kernel);
    expect(await parser.parse([])).toEqual([]);
    expect(await parser.parse([[], ['a'], []])).toMatchObject([{ heads: [] }, { heads: [0] }, { heads: [] }]);
    const long = Array.from({ length: MOST_WORDS + 1 }, () => 'a');
    await expect(parser.parse([['a'], long])).rejects.toMatchObject({
      code: 'argument_invalid',
      message: expect.stringContaining('sentence 2'),
    });
  });
});
