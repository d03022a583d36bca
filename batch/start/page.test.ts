import { describe, expect, it } from 'vitest';
import { pageVariables } from './page.ts';

describe('pageVariables', () => {
  it('joins sentences and groups, and sets the note if there is one', () => {
    const examples = [['a dog', 'a cat'], ['a cow']];
    expect(pageVariables({ examples, note: 'Images of animals.' })).toEqual({
      PAGE_EXAMPLES: 'a dog|a cat||a cow',
      PAGE_NOTE: 'Images of animals.',
    });
    expect(pageVariables({ examples: [['a dog'], ['a cat']], note: undefined })).toEqual({
      PAGE_EXAMPLES: 'a dog||a cat',
    });
  });
});
