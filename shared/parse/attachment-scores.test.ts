import { describe, expect, it } from 'vitest';
import { attachmentScores } from './attachment-scores.ts';

describe('the scores of CoNLL 2018', () => {
  it('count heads, relations without subtypes, and tags for every word', () => {
    const gold = {
      words: ['my', 'dog', 'runs', '.'],
      heads: [2, 3, 0, 3],
      relations: ['nmod:poss', 'nsubj', 'root', 'punct'],
      tags: ['PRP$', 'NN', 'VBZ', '.'],
      universalTags: ['PRON', 'NOUN', 'VERB', 'PUNCT'],
    };
    const predicted = {
      ...gold,
      heads: [2, 3, 0, 2],
      relations: ['nmod', 'obj', 'root', 'punct'],
      tags: ['PRP', 'NN', 'VBZ', '.'],
    };
    expect(attachmentScores([{ gold, predicted }])).toEqual({
      words: 4,
      sentences: 1,
      unlabelled: 75,
      labelled: 50,
      universalTags: 100,
      tags: 75,
    });
  });
});
