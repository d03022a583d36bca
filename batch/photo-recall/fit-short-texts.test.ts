import { describe, expect, it } from 'vitest';
import { wordStem } from './fit-short-texts.ts';

describe('wordStem', () => {
  it.each([
    ['dogs', 'dog'],
    ['dog', 'dog'],
    ['jumping', 'jump'],
    ['jumped', 'jump'],
    ['beaches', 'beach'],
    ['bus', 'bus'],
    ['red', 'red'],
    ['king', 'king'],
  ])('%s is %s', (word, stem) => {
    expect(wordStem(word)).toBe(stem);
  });
});
