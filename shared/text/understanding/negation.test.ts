import { describe, expect, it } from 'vitest';
import { tokenise } from '../tokenise.ts';
import { findNegation } from './negation.ts';

/** The words that are left, and the phrases that are denied. */
function read(query: string): [string, string[]] {
  const words = tokenise(query);
  const { positions, phrases } = findNegation(words);
  return [
    words.filter((_, position) => !positions.has(position)).join(' '),
    phrases.map(({ from, to }) => words.slice(from, to).join(' ')),
  ];
}

describe('a negation', () => {
  it.each([
    ['a dog without a leash', 'a dog', ['a leash']],
    ['a dog without a red leash on the beach', 'a dog on the beach', ['a red leash']],
    ['dog minus cat', 'dog', ['cat']],
    ['minus t-shirt man with hat', 'man with hat', ['t-shirt']],
    ['a beach with no people', 'a beach', ['people']],
    ['a car that is not red', 'a car', ['red']],
    ["a car that isn't red", 'a car', ['red']],
    ['a man who is not wearing a hat in the snow', 'a man in the snow', ['wearing a hat']],
    ['not a cat but a dog', 'a dog', ['a cat']],
    ['a boy, not a girl, with a kite', 'a boy , with a kite', ['a girl']],
    ['a man without a hat or a scarf', 'a man', ['a hat', 'a scarf']],
    ['a dog and no cat', 'a dog', ['cat']],
    ['no people', '', ['people']],
    ['a dog without people and without a leash', 'a dog', ['people', 'a leash']],
  ])('in "%s" leaves "%s" without %j', (query, left, denied) => {
    expect(read(query)).toEqual([left, denied]);
  });

  it.each([
    'without',
    'a dog without',
    'a sign that says no',
    'a red umbrella not far away',
    'not only a dog',
    'a t-shirt - red',
    'a cat-like dog',
    'no , a dog',
  ])('is not in "%s"', (query) => {
    expect(read(query)).toEqual([query, []]);
  });
});
