import { describe, expect, it } from 'vitest';
import { merged, mergedAt, without, withoutAll } from './change.ts';
import { type PayloadPath, parsePath, someValueAt } from './payload-path.ts';
import { type PayloadSelection, selected, selectionOf } from './selection.ts';

function path(text: string): PayloadPath {
  const parsed = parsePath(text);
  if (parsed === undefined) throw new Error(`${text} is not a path`);
  return parsed;
}

const payload = () => ({
  nested: { a: { b: 1, c: 2 }, list: [1, 2, 3] },
  arr: [{ c: 1, d: 2 }, { c: 3 }, { e: { f: 4 } }],
  'a.b': 5,
  plain: 6,
});

describe('parsePath', () => {
  it.each([
    ['a', ['a']],
    ['a.b-c[].d[2][]', ['a', 'b-c', '*', 'd', 2, '*']],
    ['"a.b".c', ['a.b', 'c']],
    ['""', ['']],
    ['__proto__.x', ['__proto__', 'x']],
  ])('reads %s', (text, expected) => {
    const { key, steps } = path(text);
    const read = steps.map((step) => ('key' in step ? step.key : 'all' in step ? '*' : step.index));
    expect([key, ...read]).toEqual(expected);
  });

  it.each(['', '.', 'a.', '.a', 'a..b', 'a[', 'a]', 'a[-1]', 'a[1.5]', '[0]', 'a[9999999999]', '"a'])(
    'refuses %j',
    (text) => expect(parsePath(text)).toBeUndefined(),
  );
});

describe('someValueAt', () => {
  it('walks every element that a path names', () => {
    const at = (text: string) => {
      const seen: unknown[] = [];
      someValueAt(payload(), path(text), (value) => {
        seen.push(value);
        return false;
      });
      return seen;
    };
    expect(at('arr[].c')).toEqual([1, 3]);
    expect(at('arr[1].c')).toEqual([3]);
    expect(at('nested.list')).toEqual([[1, 2, 3]]);
    expect(at('"a.b"')).toEqual([5]);
    expect(at('plain.x')).toEqual([]);
    expect(at('toString')).toEqual([]);
  });
});

describe('without', () => {
  it.each<[string, (expected: ReturnType<typeof payload>) => unknown]>([
    ['nested.a.b', (all) => ({ ...all, nested: { ...all.nested, a: { c: 2 } } })],
    ['arr[].c', (all) => ({ ...all, arr: [{ d: 2 }, {}, { e: { f: 4 } }] })],
    ['arr[0].c', (all) => ({ ...all, arr: [{ d: 2 }, { c: 3 }, { e: { f: 4 } }] })],
    ['nested.list[1]', (all) => ({ ...all, nested: { ...all.nested, list: [1, 3] } })],
    ['nested.list[]', (all) => ({ ...all, nested: { ...all.nested, list: [] } })],
    ['"a.b"', ({ nested, arr, plain }) => ({ nested, arr, plain })],
    ['plain', (all) => ({ nested: all.nested, arr: all.arr, 'a.b': 5 })],
    ['plain.x', (all) => all],
    ['a.b', (all) => all],
    ['nested.list[7]', (all) => all],
    ['arr.c', (all) => all],
  ])('removes exactly %s', (text, expected) => {
    const before = payload();
    expect(without(before, path(text))).toEqual(expected(payload()));
    // Others hold the old payload until the change is on disk.
    expect(before).toEqual(payload());
  });
});

describe('withoutAll', () => {
  it.each([
    [['nested.a.b', 'arr[].c', 'plain', 'nested.a', 'missing']],
    [['nested.list[0]', 'nested.list[0]', 'arr[].c', 'arr[1]', 'arr[1].e.f']],
    [['arr[]', 'arr[0]', '"a.b"', 'a.b']],
    [[]],
  ])('removes %j as one after the other does', (texts: string[]) => {
    const before = payload();
    const paths = texts.map(path);
    expect(withoutAll(paths)(before)).toEqual(paths.reduce(without, payload()));
    expect(before).toEqual(payload());
  });
});

describe('merged', () => {
  it('replaces entries, and removes those that are set to null', () => {
    expect(merged({ a: 1, b: 2, c: null }, { b: null, d: { e: null } })).toEqual({
      a: 1,
      c: null,
      d: { e: null },
    });
  });

  it.each<[string, unknown]>([
    ['nested.a', { ...payload(), nested: { ...payload().nested, a: { b: 1, c: 2, new: 1 } } }],
    ['arr[1]', { ...payload(), arr: [{ c: 1, d: 2 }, { c: 3, new: 1 }, { e: { f: 4 } }] }],
    [
      'arr[].e',
      {
        ...payload(),
        arr: [{ c: 1, d: 2, e: { new: 1 } }, { c: 3, e: { new: 1 } }, { e: { f: 4, new: 1 } }],
      },
    ],
    ['plain', { ...payload(), plain: { new: 1 } }],
    ['x.y', { ...payload(), x: { y: { new: 1 } } }],
    ['x.y[2]', { ...payload(), x: { y: [null, null, { new: 1 }] } }],
    ['x[].y', { ...payload(), x: [] }],
  ])('at %s', (text, expected) => {
    const before = payload();
    expect(mergedAt(before, path(text), { new: 1 })).toEqual(expected);
    expect(before).toEqual(payload());
  });

  it('keeps keys that JavaScript gives a meaning', () => {
    const entries = JSON.parse('{"__proto__": {"x": 1}}') as Record<string, unknown>;
    const set = merged({ a: 1 }, entries);
    expect(JSON.stringify(set)).toBe('{"a":1,"__proto__":{"x":1}}');
    expect(JSON.stringify(mergedAt(set, path('__proto__'), { y: 2 }))).toBe(
      '{"a":1,"__proto__":{"x":1,"y":2}}',
    );
    expect(JSON.stringify(without(set, path('__proto__.x')))).toBe('{"a":1,"__proto__":{}}');
  });
});

describe('selected', () => {
  const select = (kind: PayloadSelection['kind'], ...texts: string[]) =>
    selected(payload(), selectionOf(kind, texts.map(path)));

  it('includes what is at, above and below the paths', () => {
    expect(select('include', 'nested.a.b', 'arr[].e')).toEqual({
      nested: { a: { b: 1 } },
      arr: [{}, {}, { e: { f: 4 } }],
    });
    expect(select('include', 'nested', '"a.b"')).toEqual({ nested: payload().nested, 'a.b': 5 });
    expect(select('include', 'arr.c')).toEqual({ arr: [] });
    expect(select('include')).toEqual({});
    expect(select('include', 'nested.list[0]', 'plain.x')).toEqual({ nested: { list: [] }, plain: 6 });
    expect(select('include', 'nested.a.b', 'nested.a', 'nested.a.c')).toEqual({
      nested: { a: payload().nested.a },
    });
  });

  it('excludes what is at and below the paths', () => {
    expect(select('exclude', 'nested.a', 'arr[].c', 'plain')).toEqual({
      nested: { list: [1, 2, 3] },
      arr: [{ d: 2 }, {}, { e: { f: 4 } }],
      'a.b': 5,
    });
    expect(select('exclude', 'a.b', 'arr.c', 'arr[0]')).toEqual(payload());
  });
});
