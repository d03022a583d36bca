import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeQuery, tokenise, wordStyle } from './tokenise.ts';
import { parseVocabulary, type Vocabulary } from './vocabulary.ts';

function vocabulary(words: readonly string[]): Vocabulary {
  const all = ['<pad>', '<start>', '<end>', '<unk>', ...words];
  const word2idx = Object.fromEntries(all.map((word, id) => [word, id]));
  const idx2word = Object.fromEntries(all.map((word, id) => [id, word]));
  return parseVocabulary(JSON.stringify({ word2idx, idx2word, idx: all.length }), 'test');
}

describe('tokenise, by the Treebank rules', () => {
  it.each([
    ['Two dogs run on grass.', 'two dogs run on grass .'],
    ['Two dogs run on grass .', 'two dogs run on grass .'],
    ['a dog , a cat,and 1,000 birds', 'a dog , a cat , and 1,000 birds'],
    ["the man's dog doesn't bark", "the man 's dog does n't bark"],
    ["dogs' toys they'll we're I'm she'd I've", "dogs ' toys they 'll we 're i 'm she 'd i 've"],
    ['a "red" ball', "a `` red '' ball"],
    ['"red" ball', "`` red '' ball"],
    ['a sign that says " stop " .', 'a sign that says `` stop `` .'],
    ['a t-shirt -- blue--and (very) [old] <tag>', 'a t-shirt -- blue -- and ( very ) [ old ] < tag >'],
    ['who? me! yes; 50% @home #3 $5 a&b a*b', 'who ? me ! yes ; 50 % @ home # 3 $ 5 a & b a * b'],
    ['wait... what', 'wait ... what'],
    ['at 10:30 : now', 'at 10:30 : now'],
    ['He runs. She jumps.', 'he runs . she jumps .'],
    ['Dr. Smith of the U.S. team', 'dr. smith of the u.s. team'],
    ['He said "go." Then left.', "he said `` go . '' then left ."],
    ['I cannot, gonna, wanna go', 'i can not , gon na , wan na go'],
    ["'tis cold and 'twas warm", "'t is cold and 't was warm"],
    ['“curly” quotes ‘here’ «there»', '“ curly ” quotes ‘ here ’ « there »'],
    ['Ein Mädchen ÜBER Straße', 'ein mädchen über straße'],
    ['   ', ''],
    ['.', '.'],
    ['a\u00a0dog\t\nruns', 'a dog runs'],
    ['<start> a <unk>', '< start > a < unk >'],
  ])('%s', (text, words) => {
    expect(tokenise(text).join(' ')).toBe(words);
  });

  // A rule that backtracks would take minutes here and exceed the test's time limit.
  it.each(['"', "'", '.', '.)', '. ', "a'", '`', '--', 'x', '?!', ' ', ') '])(
    'terminates on a run of %j',
    (piece) => {
      const words = tokenise(piece.repeat(20_000));
      expect(words.join('').length).toBeGreaterThanOrEqual(piece.trim() === '' ? 0 : 20_000);
    },
  );
});

describe('tokenise, by the plain rules', () => {
  it.each([
    ['A t-shirt (red) & "blue" .', 'a t shirt red blue .'],
    ["the dog's ball", "the dog 's ball"],
    ['a 4x4, K2!', 'a 4x4 , k2 !'],
  ])('%s', (text, words) => {
    expect(tokenise(text, 'plain').join(' ')).toBe(words);
  });
});

describe('encodeQuery', () => {
  const words = vocabulary(['dog', 'a', 't-shirt', 'grass']);

  it('looks every word up between <start> and <end>', () => {
    const { words: found, ids } = encodeQuery('A dog, a T-shirt', words);
    expect(ids).toEqual([1, 5, 4, 3, 5, 6, 2]);
    expect(found.map((word) => word.text)).toEqual(['a', 'dog', ',', 'a', 't-shirt']);
    expect(found.map((word) => word.known)).toEqual([true, true, false, true, true]);
  });

  it('maps closing quotes to the quotes that the published vocabularies have', () => {
    const quotes = vocabulary(['a', '``']);
    expect(encodeQuery('"a"', quotes).ids).toEqual([1, 5, 4, 5, 2]);
    expect(encodeQuery('"a"', vocabulary(['a', '``', "''"])).ids).toEqual([1, 5, 4, 6, 2]);
  });

  it('does not read the special tokens from a query', () => {
    expect(encodeQuery('<start> <pad>', words).words.every((word) => !word.known)).toBe(true);
  });

  it('treats a word that is a property of every object as unknown', () => {
    expect(encodeQuery('constructor __proto__', words).ids).toEqual([1, 3, 3, 2]);
  });

  it('detects the rules from the vocabulary', () => {
    expect(wordStyle(words)).toBe('treebank');
    expect(wordStyle(vocabulary(['dog', "'s"]))).toBe('plain');
  });
});

const shared = resolve(import.meta.dirname, '../../../shared');

describe.skipIf(!existsSync(shared))('against the real data (skipped without ../shared)', () => {
  const vocabularyOf = (path: string): Vocabulary =>
    parseVocabulary(readFileSync(resolve(shared, path), 'utf8'), path);

  it.each([
    ['dev', 2500],
    ['train', 20_000],
  ])('returns exactly the ids of the photos, split %s', (split, count) => {
    const lines = (name: string): string[] =>
      readFileSync(resolve(shared, `photos/${split}_${name}.txt`), 'utf8')
        .trimEnd()
        .split('\n');
    const photos = vocabularyOf('photos/vocab.json');
    const ids = lines('caps').map((caption) => encodeQuery(caption, photos).ids.join(','));
    expect(ids).toHaveLength(count);
    expect(ids).toEqual(lines('precaps_stan'));
  });

  it('finds the words of Flickr30K captions in the published vocabulary', () => {
    const published = vocabularyOf('captions/f30k_precomp_vocab.json');
    const words = readFileSync(resolve(shared, 'captions/f30k_dev_caps.txt'), 'utf8')
      .split('\n')
      .flatMap((caption) => encodeQuery(caption, published).words);
    const known = words.filter((word) => word.known).length / words.length;
    // The vocabulary leaves out words that occur fewer than four times in training and dev captions.
    expect(known).toBeGreaterThan(0.99);
  });

  it.each([
    ['f30k', 0],
    // As an older NLTK split them: `water..`, `street..` and 12 more.
    ['coco', 14],
  ])('produces the words of the published %s vocabulary, all but %i', (name, missing) => {
    const published = vocabularyOf(`captions/${name}_precomp_vocab.json`);
    const words = Array.from({ length: published.size - 4 }, (_, index) => published.wordOf(index + 4));
    // Endings need a word before them.
    const settings = (word: string) => [
      `a ${word} b`,
      `it${word} b`,
      `do${word} b`,
      `can${word} b`,
      `gon${word} b`,
      `"${word}`,
    ];
    const unreached = words.filter((word) => !settings(word).some((text) => tokenise(text).includes(word)));
    expect(unreached).toHaveLength(missing);
    expect(unreached.every((word) => word.endsWith('..'))).toBe(true);
  });
});
