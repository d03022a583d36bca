import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenise } from '../tokenise.ts';
import { parseVocabulary, type Vocabulary } from '../vocabulary.ts';
import { type ReadQuery, readAsWritten, understandQuery } from './understand-query.ts';

const WORDS =
  'a an the dog cat horse woman child snow red runs swims swimming two 3 t-shirt with on . , `` person mug'.split(
    ' ',
  );

function vocabularyOf(words: readonly string[]): Vocabulary {
  const all = ['<pad>', '<start>', '<end>', '<unk>', ...words];
  return parseVocabulary(
    JSON.stringify({ word2idx: Object.fromEntries(all.map((word, id) => [word, id])) }),
    'test',
  );
}

const vocabulary = vocabularyOf(WORDS);
/** What the network reads, in words. */
const read = ({ ids }: Pick<ReadQuery, 'ids'>, from = vocabulary): string =>
  ids
    .slice(1, -1)
    .map((id) => from.wordOf(id))
    .join(' ');
const understood = (query: string, from = vocabulary): string => read(understandQuery(query, from), from);

describe('understanding a query', () => {
  it.each([
    // Marks and characters.
    ['A dog', 'a dog .'],
    ['a dog .', 'a dog .'],
    ['a dog!?…', 'a dog .'],
    ['«a dog»', 'a dog .'],
    ['"a red dog"', 'a red dog .'],
    ['a "red" (dog)', 'a red dog .'],
    ['a red, dog', 'a red , dog .'],
    ['ａ ｄｏｇ', 'a dog .'],
    ['a d\u00adog\u200b', 'a dog .'],
    ['a dog ❤\uFE0F', 'a dog .'],
    ['#dog; *cat*', 'dog cat .'],
    // Other forms.
    ['dogs', 'dog .'],
    ['children and women', 'child <unk> woman .'],
    ['people', 'person .'],
    ['swim', 'swims .'],
    ['ran', 'runs .'],
    // Other numerals, and words that were made of others.
    ['2 dogs', 'two dog .'],
    ['three cats', '3 cat .'],
    ['cat/dog', 'cat dog .'],
    ['t-shirts', 't-shirt .'],
    ['red-snow', 'red snow .'],
    // Spelling.
    ['hosre', 'horse .'],
    ['hoarse', '<unk> .'],
    ['moue', '<unk> .'],
    // Meaning.
    ['zebra', 'horse .'],
    ['two zebras', 'two horse .'],
    ['a lass', 'a woman .'],
    ['honesty', '<unk> .'],
    // Negation.
    ['a dog without cats on the snow', 'a dog on the snow .'],
    ['-cat red dog', 'red dog .'],
    ['a dog - red', 'a dog red .'],
  ])('reads "%s" as "%s"', (query, expected) => {
    expect(understood(query)).toBe(expected);
  });

  it('says what became of each word', () => {
    const {
      written,
      words,
      understood: said,
      without,
      text,
    } = understandQuery('Dogs -cats hosre zzzz!', vocabulary);
    expect(written).toEqual([
      { text: 'dogs', id: 7, known: false, as: 'dog', by: 'form' },
      { text: 'minus', id: 3, known: false, negated: true },
      { text: 'cats', id: 8, known: false, as: 'cat', by: 'form', negated: true },
      { text: 'hosre', id: 9, known: false, as: 'horse', by: 'spelling' },
      { text: 'zzzz', id: 3, known: false },
    ]);
    expect(words).toEqual(['dogs', 'hosre', 'zzzz', '.']);
    expect([said, text]).toEqual(['dog horse zzzz', 'dog horse zzzz.']);
    expect(without).toEqual([
      { phrase: 'cats', words: ['cats', '.'], ids: [1, 8, vocabulary.idOf('.'), 2], text: 'cat.' },
    ]);
  });

  it('says nothing of a query that the model knows', () => {
    expect(understandQuery('A dog.', vocabulary).understood).toBeUndefined();
  });

  it('only suggests a spelling that may be another word', () => {
    const [word] = understandQuery('swimmign', vocabularyOf(['swimming'])).written;
    expect(word).toMatchObject({ as: 'swimming', by: 'spelling' });
    const [other] = understandQuery('hoorrse', vocabulary).written;
    expect(other).toMatchObject({ known: false, suggestion: 'horse' });
  });

  it('leaves words to a recall encoder that knows them, and replaces them for the network', () => {
    const {
      written,
      text,
      ids,
      understood: said,
    } = understandQuery('dogs and zebras', vocabulary, (word) => ['dogs', 'zebras'].includes(word));
    expect(written.map(({ known, as }) => [known, as])).toEqual([
      [true, 'dog'],
      [false, undefined],
      [true, undefined],
    ]);
    expect([text, said]).toEqual(['dogs and zebras.', 'dogs and zebras']);
    expect(read({ ids })).toBe('dog <unk> <unk> .');
  });

  it('replaces a word by a form that only the recall encoder knows, not by one near in meaning', () => {
    const { written, text, ids } = understandQuery('two zebras', vocabulary, (word) => word === 'zebra');
    expect(written[1]).toEqual({ text: 'zebras', id: 3, known: false, as: 'zebra', by: 'form' });
    expect(text).toBe('two zebra.');
    expect(read({ ids })).toBe('two <unk> .');
  });

  it('adds no full stop that captions do not have, and none beyond the limit of words', () => {
    const bare = vocabularyOf(['a', 'dog']);
    expect(understood('a dog.', bare)).toBe('a dog');
    expect(understandQuery('a '.repeat(62), vocabulary).words).toHaveLength(62);
  });

  it('knows no special words', () => {
    expect(understood('<start> <pad>')).toBe('<unk> <unk> .');
  });
});

const word = fc.constantFrom(
  ...WORDS.filter((one) => /^\p{L}/u.test(one)),
  'dogs',
  'zzzz',
  '2',
  'without',
  'hosre',
);
const query = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' '));
const mark = fc.constantFrom(
  '!',
  '?',
  '.',
  '...',
  '…',
  ';',
  ',',
  '"',
  '”',
  ')',
  ' ',
  '\u00ad',
  '\uFE0F',
  '\u200b',
  ' !',
);
const marks = fc.array(mark, { maxLength: 4 }).map((some) => some.join(''));

describe('what is understood', () => {
  it('does not depend on marks at the ends, or on characters that nobody sees', () => {
    fc.assert(
      fc.property(query, marks, marks, (text, before, after) => {
        expect(understandQuery(`${before} ${text}${after}`, vocabulary)).toEqual(
          understandQuery(text, vocabulary),
        );
      }),
      { examples: [['2', '', '.!']] },
    );
  });

  it('does not depend on the width of letters or on capitals', () => {
    const wide = (text: string): string =>
      text.replace(/[!-~]/gu, (letter) => String.fromCodePoint((letter.codePointAt(0) as number) + 0xfee0));
    fc.assert(
      fc.property(query, (text) => {
        const plain = understandQuery(text, vocabulary);
        expect(understandQuery(wide(text.toUpperCase()), vocabulary)).toEqual(plain);
      }),
    );
  });

  it('is the sentence of its words: reading the text again gives the same', () => {
    fc.assert(
      fc.property(query, (text) => {
        const once = understandQuery(text, vocabulary);
        const again = understandQuery(once.text, vocabulary);
        expect([again.ids, again.text]).toEqual([once.ids, once.text]);
      }),
    );
  });

  it('is the query itself if the model knows its words and it denies nothing', () => {
    const known = fc.constantFrom('a', 'the', 'dog', 'cat', 'woman', 'red', 'runs', 'on', 'snow', 't-shirt');
    fc.assert(
      fc.property(fc.array(known, { minLength: 1, maxLength: 9 }), (words) => {
        const text = `${words.join(' ')} .`;
        expect(understandQuery(text, vocabulary).ids).toEqual(readAsWritten(text, vocabulary).ids);
      }),
    );
  });

  it('has words as they are tokenised, whatever is asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const { words, ids, written } = understandQuery(text, vocabulary);
        expect(ids).toHaveLength(words.length + 2);
        for (const { text: one } of written) expect(tokenise(one).length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('a query as it is written', () => {
  it('has suggestions for unknown words', () => {
    const { written, text, words, ids } = readAsWritten('Hosre zzzz!', vocabulary);
    expect(written).toEqual([
      { text: 'hosre', id: 3, known: false, suggestion: 'horse' },
      { text: 'zzzz', id: 3, known: false },
      { text: '!', id: 3, known: false },
    ]);
    expect([text, words, ids]).toEqual(['Hosre zzzz!', ['hosre', 'zzzz', '!'], [1, 3, 3, 3, 2]]);
  });
});
