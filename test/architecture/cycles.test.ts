import { describe, expect, it } from 'vitest';
import { cycles } from './cycles.ts';
import { sourceFiles } from './source-files.ts';

describe('cycles', () => {
  it.each<[string, Record<string, string[]>, string[][]]>([
    ['none in a chain and a diamond', { a: ['b', 'c'], b: ['d'], c: ['d'], d: ['e'] }, []],
    ['one of two', { a: ['b'], b: ['a'] }, [['a', 'b']]],
    ['one of itself', { a: ['a', 'b'] }, [['a']]],
    [
      'two apart',
      { d: ['c'], c: ['d'], a: ['b'], b: ['c', 'a'] },
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['one through a longer way', { a: ['b'], b: ['c', 'd'], c: ['a'], d: [] }, [['a', 'b', 'c']]],
  ])('finds %s', (_name, graph, expected) => {
    expect(cycles(new Map(Object.entries(graph)))).toEqual(expected);
  });
});

describe('imports', () => {
  it('make no circle between files, including imports of types', () => {
    const files = sourceFiles('shared', 'workers', 'batch', 'infra');
    expect(files.length).toBeGreaterThan(20);
    expect(cycles(new Map(files.map(({ path, imports }) => [path, imports])))).toEqual([]);
  });
});
