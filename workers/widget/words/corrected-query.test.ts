import { describe, expect, it } from 'vitest';
import type { QueryWord } from '../../clients/search/index.ts';
import { correctedQuery } from './corrected-query.ts';

/** `gras>grass` is an unknown word with a suggestion, `?xyzzy` one without, any other a known word. */
function words(...described: readonly string[]): QueryWord[] {
  return described.map((entry) => {
    const [text = '', suggestion] = entry.split('>');
    if (suggestion !== undefined) return { text, id: 3, known: false, suggestion };
    return entry.startsWith('?')
      ? { text: entry.slice(1), id: 3, known: false }
      : { text, id: 4, known: true };
  });
}

describe('correctedQuery', () => {
  it.each([
    ['A dog on gras', ['a', 'dog', 'on', 'gras>grass'], 'A dog on grass'],
    ['Gras,  GRAS!', ['gras>grass', ',', 'gras>grass', '!'], 'grass,  grass!'],
    ['gra gras', ['?gra', 'gras>grass'], 'gra grass'],
    ['a dgo', ['a', 'dgo>dog'], 'a dog'],
    ["he doesn't rin", ['he', 'does', "n't", 'rin>run'], "he doesn't run"],
    ['a "red" bal', ['a', '``', 'red', "''", 'bal>ball'], 'a "red" ball'],
    // In lower case this capital is two characters.
    ['İ bal', ['i̇', 'bal>ball'], 'i̇ ball'],
  ])('of “%s”', (query, described, expected) => {
    expect(correctedQuery(query, words(...described))).toBe(expected);
  });

  it('corrects only one word if requested', () => {
    const described = words('dgo>dog', 'on', 'gras>grass');
    expect(correctedQuery('dgo on gras', described, 2)).toBe('dgo on grass');
    expect(correctedQuery('dgo on gras', described, 1)).toBeUndefined();
  });

  it.each([[['a', 'dog']], [['?xyzzy']], [[]]])('has nothing to suggest for %j', (described) => {
    expect(correctedQuery('a dog xyzzy', words(...described))).toBeUndefined();
  });
});
