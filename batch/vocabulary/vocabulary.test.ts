import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseVocabulary, type Vocabulary } from '../../shared/text/index.ts';
import { errorCode } from '../../test/support/error-code.ts';
import { captionIdLines, encodeCaptions } from './encode-captions.ts';
import { readVocabulary, vocabularyJson } from './vocabulary-file.ts';
import { countWords, vocabularyWords } from './vocabulary-words.ts';

const shared = resolve(import.meta.dirname, '../../../shared');
const photos = join(shared, 'photos');
const captions = join(shared, 'captions');

const lines = (path: string): string[] => readFileSync(path, 'utf8').trimEnd().split('\n');
const wordsOf = (vocabulary: Vocabulary): string[] =>
  Array.from({ length: vocabulary.size }, (_, id) => vocabulary.wordOf(id));

describe('countWords', () => {
  it('counts words of NLTK in lower case, in the order of their first occurrence', async () => {
    const counts = await countWords(['A dog . A cat!', "the dog's t-shirt"], 'treebank');
    expect([...counts]).toEqual([
      ['a', 2],
      ['dog', 2],
      ['.', 1],
      ['cat', 1],
      ['!', 1],
      ['the', 1],
      ["'s", 1],
      ['t-shirt', 1],
    ]);
    expect([...(await countWords(['T-shirt'], 'plain')).keys()]).toEqual(['t', 'shirt']);
  });

  it('reports progress, and stops when aborted', async () => {
    const many = Array.from({ length: 2500 }, () => 'a dog');
    const seen: number[][] = [];
    await countWords(many, 'treebank', { onProgress: (...progress) => seen.push(progress) });
    expect(seen).toEqual([
      [1000, 2500],
      [2000, 2500],
      [2500, 2500],
    ]);
    expect(await errorCode(countWords(many, 'treebank', { signal: AbortSignal.abort() }))).toBe('cancelled');
  });
});

describe('vocabularyWords', () => {
  it('keeps words that occur often enough, after the special words', () => {
    const counts = new Map([
      ['dog', 4],
      ['cat', 3],
      ['2', 5],
      ['<unk>', 9],
    ]);
    expect(vocabularyWords(counts, 4)).toEqual(['<pad>', '<start>', '<end>', '<unk>', 'dog', '2']);
    expect(vocabularyWords(counts, 3)).toContain('cat');
    expect(vocabularyWords(new Map(), 1)).toEqual(['<pad>', '<start>', '<end>', '<unk>']);
  });
});

describe('vocabularyJson', () => {
  it('is read back unchanged, for any words', () => {
    const words = ['<pad>', '<start>', '<end>', '<unk>', 'dog', '10', '2', '"', '\\', 'größe', 'constructor'];
    const text = vocabularyJson(words);
    expect(wordsOf(parseVocabulary(text, 'x'))).toEqual(words);
    expect(JSON.parse(text)).toMatchObject({ idx: 11, idx2word: { '5': '10' } });
    // Readers that keep the order of a file get ids in order.
    expect([...text.matchAll(/: (\d+)/g)].map(([, id]) => Number(id))).toEqual([
      ...words.keys(),
      words.length,
    ]);
  });
});

describe('readVocabulary', () => {
  it('reads what was written, and reports a missing file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gsmn-vocabulary-'));
    try {
      const text = vocabularyJson(['<pad>', '<start>', '<end>', '<unk>', 'dog']);
      writeFileSync(join(folder, 'vocab.json'), text);
      const read = await readVocabulary(join(folder, 'vocab.json'));
      expect(read.text).toBe(text);
      expect(read.vocabulary.size).toBe(5);
      writeFileSync(join(folder, 'marked.json'), `\uFEFF${text}`);
      expect((await readVocabulary(join(folder, 'marked.json'))).text).toBe(text);
      expect(await errorCode(readVocabulary(join(folder, 'none.json')))).toBe('file_missing');
      expect(await errorCode(readVocabulary(folder))).toBe('file_unreadable');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('encodeCaptions', () => {
  it('puts the words between <start> and <end>, and counts unknown ones', () => {
    const text = vocabularyJson(['<pad>', '<start>', '<end>', '<unk>', 'a', 'dog', "n't", '.']);
    const encoded = encodeCaptions(["A dog does n't bark .", ''], parseVocabulary(text, 'x'));
    expect(encoded).toMatchObject({ words: 6, unknown: 2, empty: 1 });
    expect(captionIdLines(encoded)).toBe('1,4,5,3,6,3,7,2\n1,2\n');
  });
});

describe.skipIf(!existsSync(photos))('the photographs (skipped without ../shared/photos)', () => {
  // Their vocabulary has plain words and was counted on more captions than those of train and dev (it has 164 more
  // words), with the same threshold: it contains every word from these.
  it('have no word that is not in their vocabulary, and the same first ones', async () => {
    const theirs = wordsOf((await readVocabulary(join(photos, 'vocab.json'))).vocabulary);
    const texts = ['train', 'dev'].flatMap((split) => lines(join(photos, `${split}_caps.txt`)));
    const counts = await countWords(texts, 'plain');
    const ours = vocabularyWords(counts, 4);
    expect(ours).toHaveLength(2512);
    expect(ours.filter((word) => !theirs.includes(word))).toEqual([]);
    expect(theirs.filter((word) => !ours.includes(word)).every((word) => (counts.get(word) ?? 0) < 4)).toBe(
      true,
    );
    expect(ours.slice(0, 100)).toEqual(theirs.slice(0, 100));
  });

  it.each(['train', 'dev'])('have the same word ids as from encodeCaptions: %s', async (split) => {
    const { vocabulary } = await readVocabulary(join(photos, 'vocab.json'));
    const encoded = encodeCaptions(lines(join(photos, `${split}_caps.txt`)), vocabulary);
    expect(captionIdLines(encoded).split('\n')).toEqual(
      readFileSync(join(photos, `${split}_precaps_stan.txt`), 'utf8').split('\n'),
    );
  });
});

describe.skipIf(!existsSync(captions))(
  'the published vocabulary of Flickr30K (skipped without ../shared/captions)',
  () => {
    it('has the words of the training captions in the order of their first occurrence', async () => {
      const published = wordsOf((await readVocabulary(join(captions, 'f30k_precomp_vocab.json'))).vocabulary);
      const known = new Set(published);
      // The first 20,000 of 145,000 captions: counts are too small to decide which words stay, but the order is the
      // same.
      const counts = await countWords(lines(join(captions, 'f30k_train_caps_first20000.txt')), 'treebank');
      const ours = vocabularyWords(counts, 1).filter((word) => known.has(word));
      expect(ours).toHaveLength(6303);
      // All but two: in these captions "&amp;" (line 1471) and "Free B..." (line 7397) become `amp` and `b`; in the
      // text of the published vocabulary they did not occur.
      const others = (words: readonly string[]) => words.filter((word) => word !== 'amp' && word !== 'b');
      expect(others(ours)).toEqual(others(published.slice(0, ours.length)));
      const missing = vocabularyWords(counts, 4).filter((word) => !known.has(word));
      // The published text has spaces around quotes, so all of them are opening quotes (``).
      expect(missing).toEqual(["''"]);
    });
  },
);
