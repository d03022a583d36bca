import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topLevelKeys } from './top-level-keys.ts';

describe('topLevelKeys', () => {
  it('finds what JSON.parse finds', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
        fc.nat(2),
        (object, indent) => {
          expect(topLevelKeys(JSON.stringify(object, undefined, indent))).toEqual(
            Object.keys(JSON.parse(JSON.stringify(object))),
          );
        },
      ),
    );
  });

  it('finds repeated names, however they are written', () => {
    expect(topLevelKeys('{"a" : "b", "\\u0061":{"a":1},"\\"}":["a",{"c":2}],"a"\n:1}')).toEqual([
      'a',
      'a',
      '"}',
      'a',
    ]);
  });

  it('handles a name of several megabytes', () => {
    const name = '\\'.repeat(30_000_000);
    expect(topLevelKeys(`{"${name}":1}`)[0]?.length).toBe(name.length / 2);
  });
});
