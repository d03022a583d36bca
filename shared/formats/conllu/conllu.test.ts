import { describe, expect, it } from 'vitest';
import { conlluWords, formatConllu, parseConllu } from './conllu.ts';

const TEXT = [
  '# sent_id = 1',
  "# text = Don't stop",
  "1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\t_",
  '1\tDo\tdo\tAUX\tVB\tMood=Imp\t3\taux\t3:aux\t_',
  "2\tn't\tnot\tPART\tRB\t_\t3\tadvmod\t3:advmod\t_",
  '3\tstop\tstop\tVERB\tVB\t_\t0\troot\t0:root\t_',
  '3.1\tnow\t_\t_\t_\t_\t_\t_\t3:advmod\t_',
  '',
  '1\tYes\tyes\tINTJ\tUH\t_\t_\t_\t_\t_',
  '',
  '',
].join('\n');

describe('CoNLL-U', () => {
  it('is read as it was written', () => {
    expect(formatConllu(parseConllu(TEXT, 'test'))).toBe(TEXT);
    expect(formatConllu(parseConllu(TEXT.replaceAll('\n', '\r\n').trimEnd(), 'test'))).toBe(TEXT);
  });

  it('distinguishes words from ranges and empty nodes', () => {
    const [sentence] = parseConllu(TEXT, 'test');
    const words = sentence === undefined ? [] : conlluWords(sentence);
    expect(words.map(({ form, head, relation }) => [form, head, relation])).toEqual([
      ['Do', '3', 'aux'],
      ["n't", '3', 'advmod'],
      ['stop', '0', 'root'],
    ]);
  });

  it.each([
    ['a row of nine columns', TEXT.replace('\t3:aux\t_', '\t3:aux'), 'line 4: 9 columns'],
    ['CR line ends', TEXT.replaceAll('\n', '\r'), 'broken.conllu has CR line ends'],
    ['a missing word', TEXT.replace(/^2\t.*\n/mu, ''), 'word 3 after 1 words'],
    ['a head outside the sentence', TEXT.replace('\t3\taux', '\t7\taux'), 'the head "7" of word 1'],
    ['a head that is not a number', TEXT.replace('\t3\taux', '\tx\taux'), 'the head "x" of word 1'],
    ['an id that is not a number', TEXT.replace(/^3\t/mu, 'three\t'), '"three" is not the number of a word'],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseConllu(text, 'broken.conllu')).toThrow(
      expect.objectContaining({ code: 'format_invalid', message: expect.stringContaining(message) }),
    );
  });
});
