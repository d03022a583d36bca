import { describe, expect, it } from 'vitest';
import { parseVocabulary } from './vocabulary.ts';

const special = { '<pad>': 0, '<start>': 1, '<end>': 2, '<unk>': 3 };

function file(words: Record<string, number>, rest: object = {}): string {
  const word2idx = { ...special, ...words };
  const idx2word = Object.fromEntries(Object.entries(word2idx).map(([word, id]) => [id, word]));
  return JSON.stringify({ word2idx, idx2word, idx: Object.keys(word2idx).length, ...rest });
}

describe('parseVocabulary', () => {
  it('reads what vocab.py writes', () => {
    const words = parseVocabulary(file({ dog: 4, '7': 5 }), 'v');
    expect([words.size, words.unknownId]).toEqual([6, 3]);
    expect([words.idOf('dog'), words.idOf('7'), words.idOf('cat')]).toEqual([4, 5, 3]);
    expect([words.wordOf(4), words.wordOf(0)]).toEqual(['dog', '<pad>']);
  });

  it('treats names of object properties as ordinary words', () => {
    const words = parseVocabulary(file({ dog: 4 }), 'v');
    expect(words.idOf('constructor')).toBe(3);
    expect(words.idOf('__proto__')).toBe(3);
    const odd = `{"word2idx":{"<pad>":0,"<start>":1,"<end>":2,"<unk>":3,"constructor":4}}`;
    expect(parseVocabulary(odd, 'v').idOf('constructor')).toBe(4);
  });

  it('refuses an id that does not exist', () => {
    expect(() => parseVocabulary(file({}), 'v').wordOf(4)).toThrow(
      expect.objectContaining({ code: 'argument_invalid' }),
    );
  });

  it.each([
    ['not JSON', '{"word2idx"', /v is not JSON/],
    ['another file', '{"a": 1}', /word2idx/],
    ['a list', '[]', /v/],
    ['an id twice', file({ dog: 4, cat: 4 }, { idx2word: undefined }), /same id 4/],
    ['a gap', file({ dog: 5 }), /id 5, but there are only 5/],
    ['a fraction', file({ dog: 4.5 }), /word2idx\.dog/],
    ['a wrong count', file({ dog: 4 }, { idx: 7 }), /"idx" is 7/],
    ['other words in the other direction', file({ dog: 4 }, { idx2word: { 4: 'cat' } }), /idx2word/],
    ['no special words', JSON.stringify({ word2idx: { dog: 0 } }), /expected <pad>/],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseVocabulary(text, 'v')).toThrow(
      expect.objectContaining({ code: 'format_invalid', message: expect.stringMatching(message) }),
    );
  });

  // As Python writes a dictionary, and the Vocabulary of older code, decoded as UTF-8.
  it.each([
    '(dp0\nVword2idx\np1\n(dp2\nVa\np3\nI0\nss.',
    '}q\u0000X\b\u0000\u0000\u0000word2idx',
    'ccopy_reg\n_reconstructor\np0\n(c__main__\nVocabulary\n',
    '\uFFFD\u0002c__main__\nVocabulary\nq\u0000',
    '\uFFFD\u0004\uFFFD0\u0000',
  ])('says how to save a pickle again: %j', (text) => {
    expect(() => parseVocabulary(text, 'vocab.pkl')).toThrow(
      expect.objectContaining({
        code: 'format_unsupported',
        message: 'vocab.pkl is a pickle, not JSON',
        hint: expect.stringContaining('json.dump'),
      }),
    );
  });

  it('does not take a list of words for a pickle', () => {
    expect(() => parseVocabulary('cat\ndog\n', 'v')).toThrow(
      expect.objectContaining({ code: 'format_invalid' }),
    );
  });
});
