import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeLoss, jsonLosses, repeatedMember } from './json-losses.ts';

const losses = (text: string) => [...jsonLosses(text)].map(({ kind, path }) => `${kind} ${path}`);

describe('jsonLosses', () => {
  it('finds nothing in what JSON.stringify writes', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue())),
        fc.nat(2),
        (value, indent) => {
          const text = JSON.stringify(value, undefined, indent);
          expect([...jsonLosses(text)].filter(({ kind }) => kind !== 'rounded')).toEqual([]);
        },
      ),
    );
  });

  it('finds a member that is added once more, wherever it is', () => {
    const name = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(fc.array(fc.oneof(name, fc.nat(4)), { maxLength: 6 }), name, (path, twice) => {
        const [own, value] = [JSON.stringify(twice), '"{\\",["'];
        const inner = `{${own} :${value}, "other${twice.length}": [1], ${own}\n: {}}`;
        const text = path.reduceRight<string>(
          (within, step) =>
            typeof step === 'string'
              ? `{${JSON.stringify(`${step}_`)}:[],${JSON.stringify(step)}:${within}}`
              : `[${'{"a":0},'.repeat(step)}${within}]`,
          inner,
        );
        JSON.parse(text);
        fc.pre(twice !== `other${twice.length}`);
        expect(repeatedMember(text)).toBe([...path, twice].join('.'));
      }),
    );
  });

  it('finds repeated names, however they are written', () => {
    const text = '{"a" : "b", "\\u0061":{"a":1},"\\"}":["a",{"c":2}],"a"\n:1}';
    expect(losses(text)).toEqual(['repeated a', 'repeated a']);
  });

  it.each([
    ['9007199254740991', []],
    ['-9007199254740991', []],
    ['9007199254740993', ['rounded n.1']],
    ['-9007199254740993', ['rounded n.1']],
    ['9007199254740993.0', ['rounded n.1']],
    ['123456789012345678901234567890', ['rounded n.1']],
    ['1e400', ['range n.1']],
    ['-1E+400', ['range n.1']],
    ['1e-400', ['range n.1']],
    ['9'.repeat(400), ['range n.1']],
    [`0.${'0'.repeat(400)}1`, ['range n.1']],
    ['1e300', []],
    ['1e22', []],
    ['0e-400', []],
    ['-0.0', []],
    ['0.1234567890123456789', []],
    ['1e-42', []],
  ])('says of %s what is lost', (number, expected) => {
    expect(losses(`{"n": [0, ${number}], "s": "1e400 9007199254740993"}`)).toEqual(expected);
    expect(losses(number)).toEqual(expected.map((loss) => loss.replace('n.1', '')));
  });

  it('handles a name of several megabytes, and deep nesting', () => {
    const name = '\\'.repeat(10_000_000);
    expect(repeatedMember(`{"${name}":1,"${name}":2}`)).toHaveLength(name.length / 2);
    const depth = 20_000;
    expect(losses(`${'['.repeat(depth)}${']'.repeat(depth)}`)).toEqual([]);
  });
});

describe('describeLoss', () => {
  it('names the member and the number, and says how to keep it', () => {
    const [loss] = jsonLosses('{"photo": {"id": 12345678901234567890}}');
    expect(loss && describeLoss(loss)).toEqual({
      what: '"photo.id" is 12345678901234567890, which would be rounded',
      hint: 'write it as a string: "12345678901234567890"',
    });
  });
});
