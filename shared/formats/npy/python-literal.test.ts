import { describe, expect, it } from 'vitest';
import { parsePythonLiteral } from './python-literal.ts';

describe('parsePythonLiteral', () => {
  it.each<[string, unknown]>([
    ['1', 1],
    [' -12L ', -12],
    ['True', true],
    ['False', false],
    ['None', null],
    ["'a'", 'a'],
    ['"it\'s"', "it's"],
    ["u'\\xe4\\u00e4\\\\\\'\\n'", "ää\\'\n"],
    ['()', []],
    ['(1,)', [1]],
    ['(1)', 1],
    ['(1, 2)', [1, 2]],
    ['[1, 2,]', [1, 2]],
    [
      "[('a', '<f4'), ('b', '<i2', (2, 3))]",
      [
        ['a', '<f4'],
        ['b', '<i2', [2, 3]],
      ],
    ],
    ['{}', new Map()],
    [
      "{'a': 1, 'b': {'c': ()},}",
      new Map<string, unknown>([
        ['a', 1],
        ['b', new Map([['c', []]])],
      ]),
    ],
  ])('reads %s', (text, value) => {
    expect(parsePythonLiteral(text)).toEqual(value);
  });

  it.each([
    '',
    '1 2',
    '(1 2)',
    '(,)',
    '[1,,2]',
    '{1: 2}',
    "{'a': 1 'b': 2}",
    "{'a': 1, 'a': 2}",
    "{'a' 1}",
    "'open",
    '(1',
    '1 + 1',
    'open("x")',
    'Trueish',
    '[1)',
    '('.repeat(100) + ')'.repeat(100),
  ])('refuses %s', (text) => {
    expect(() => parsePythonLiteral(text)).toThrow(SyntaxError);
  });

  it('parses a text of one mebibyte', () => {
    const long = 'x'.repeat(1 << 20);
    expect(parsePythonLiteral(`'${long}'`)).toBe(long);
  });
});
