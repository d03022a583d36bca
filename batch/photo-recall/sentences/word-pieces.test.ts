import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../test/support/error-code.ts';
import { wordPieces } from './word-pieces.ts';

const PIECES = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  'a',
  'dog',
  'run',
  '##ning',
  '##s',
  ',',
  '.',
  "'",
  'cafe',
  '-',
  'un',
];
const [UNKNOWN, START, END] = [1, 2, 3];

describe('wordPieces', () => {
  const encode = wordPieces(PIECES, 8);
  it.each([
    ['A dog.', [4, 5, 10]],
    ['dogs running', [5, 8, 6, 7]],
    ["dog's", [5, 11, UNKNOWN]],
    ['a-dog,a', [4, 13, 5, 9, 4]],
    ['CAFÉ  dog', [12, 5]],
    ['unknowable dog', [UNKNOWN, 5]],
    ['', []],
    ['x'.repeat(200), [UNKNOWN]],
  ])('%j', (sentence, ids) => {
    expect(encode(sentence)).toEqual([START, ...ids, END]);
  });

  it('cuts long sentences, and keeps their end', () => {
    expect(encode('a dog a dog a dog a dog')).toEqual([START, 4, 5, 4, 5, 4, 5, END]);
  });

  it('is refused without special pieces', async () => {
    expect(await errorCode(Promise.resolve().then(() => wordPieces(['a'], 8)))).toBe('format_invalid');
  });
});
