import { describe, expect, it } from 'vitest';
import { comparedSentence, describeWord, type ParsedWord } from './describe-word.ts';

function word(text: string, head: number, relation: string, changes: Partial<ParsedWord> = {}): ParsedWord {
  return { text, id: 4, known: true, head, relation, tag: 'NN', universalTag: 'NOUN', ...changes };
}

describe('describeWord', () => {
  const words = [
    word('dogs', 2, 'nsubj'),
    word('run', 0, 'root', { universalTag: 'VERB' }),
    word('gras', 2, 'obl:unmarked', { known: false }),
    word('oh', 2, 'mystery', { universalTag: 'Q' }),
  ];

  it.each([
    [0, 'noun, who or what does “run”'],
    [1, 'verb, the root of the sentence'],
    [2, 'noun, circumstance of “run”; not known to the model'],
    [3, 'Q, mystery of “run”'],
  ])('describes word %i as the drawing shows it', (index, said) => {
    expect(describeWord(words[index] ?? word('', 0, ''), words)).toBe(said);
  });
});

describe('comparedSentence', () => {
  it('distinguishes both cases', () => {
    expect(comparedSentence(true)).toMatch(/ depend on this parse/);
    expect(comparedSentence(false)).toMatch(/ do not depend on this parse/);
  });
});
