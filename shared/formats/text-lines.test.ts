import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textLines } from './text-lines.ts';

describe('textLines', () => {
  it('gives the lines between LF and CRLF, and nothing else ends one', () => {
    const line = fc.string({ unit: fc.constantFrom('a', ' ', '\u2028', '\u2029', '\u0085', '\f') });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), fc.constantFrom('\n', '\r\n'), (lines, end) => {
        expect(textLines(lines.join(end), 'f')).toEqual(lines);
      }),
    );
  });

  it.each(['a dog\ra cat', 'a dog\ra cat\r', 'a dog\ra cat\n', 'a\rb\nc\rd\r', '\r'])(
    'names the line ends of %j',
    (text) => {
      expect(() => textLines(text, 'caps.txt')).toThrow(
        expect.objectContaining({
          code: 'format_invalid',
          message: 'caps.txt has CR line ends',
          hint: expect.stringContaining('LF'),
        }),
      );
    },
  );

  it('leaves a few CRs within lines alone', () => {
    expect(textLines('a\rdog\na cat\n', 'f')).toEqual(['a\rdog', 'a cat', '']);
    expect(textLines('a dog\r\r\na cat\n\n', 'f')).toEqual(['a dog\r', 'a cat', '', '']);
  });
});
