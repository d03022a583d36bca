import { describe, expect, it } from 'vitest';
import { LinearMemory } from './linear-memory.ts';
import { ProjectedWords } from './projected-words.ts';

/** Rows of 3 MiB, of which two fit. */
const COLUMNS = 3 * 2 ** 18;

function setUp(vocabularySize: number) {
  const memory = new LinearMemory();
  const words = new ProjectedWords(memory, COLUMNS, vocabularySize);
  const row = memory.take(4 * COLUMNS);
  /** Keeps a row full of the word's own id. */
  const keep = (id: number) => {
    memory.floats(row, COLUMNS).fill(id);
    words.keep(id, row);
  };
  /** First and last number of the word's row. */
  const ends = (id: number) => {
    const found = words.find(id);
    if (found === undefined) return undefined;
    const numbers = memory.floats(found, COLUMNS);
    return [numbers[0], numbers.at(-1)];
  };
  return { keep, ends };
}

describe('projected words', () => {
  it('are kept unchanged, and evicted for others, the least recently used first', () => {
    const { keep, ends } = setUp(100);
    expect(ends(4)).toBeUndefined();
    keep(4);
    keep(7);
    expect([ends(4), ends(7)]).toEqual([
      [4, 4],
      [7, 7],
    ]);
    ends(4);
    keep(9);
    expect([ends(4), ends(7), ends(9)]).toEqual([[4, 4], undefined, [9, 9]]);
  });

  it('use no more memory than the vocabulary needs', () => {
    const { keep, ends } = setUp(1);
    keep(0);
    expect(ends(0)).toEqual([0, 0]);
  });

  it('keep nothing if not even one fits', () => {
    const memory = new LinearMemory();
    const words = new ProjectedWords(memory, 4 * 2 ** 20, 10);
    words.keep(1, memory.take(64));
    expect(words.find(1)).toBeUndefined();
  });
});
