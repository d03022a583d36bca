import { describe, expect, it } from 'vitest';
import { baseForm, otherForms } from './word-forms.ts';

describe('other forms of a word', () => {
  it.each([
    ['dogs', 'dog'],
    ['puppies', 'puppy'],
    ['benches', 'bench'],
    ['wolves', 'wolf'],
    ['mice', 'mouse'],
    ['women', 'woman'],
    ['children', 'child'],
    ['people', 'person'],
    ['running', 'run'],
    ['chased', 'chase'],
    ['carried', 'carry'],
    ['swam', 'swim'],
    ['ridden', 'ride'],
    ['lying', 'lie'],
    ['biggest', 'big'],
    ['larger', 'large'],
    ['happier', 'happy'],
  ])('of %s begin with %s', (word, base) => {
    expect(otherForms(word)[0]).toBe(base);
  });

  it.each([
    ['swim', ['swims', 'swimming', 'swam', 'swum']],
    ['chase', ['chases', 'chased', 'chasing']],
    ['woman', ['women']],
    ['swam', ['swims', 'swimming']],
  ])('of %s are %j, too', (word, forms) => {
    expect(otherForms(word)).toEqual(expect.arrayContaining(forms));
  });

  it.each([
    ['dress', 'dres'],
    ['corner', 'corn'],
    ['flower', 'flow'],
    ['ceiling', 'ceil'],
    ['wing', 'we'],
    ['bed', 'be'],
    ['even', 'evening'],
    ['zzzz', 'zzz'],
  ])('of %s do not have %s', (word, other) => {
    expect(otherForms(word)).not.toContain(other);
  });

  it.each([
    ['dogs', 'dog'],
    ['swam', 'swim'],
    ['happiest', 'happy'],
    ['people', 'person'],
    ['dog', 'dog'],
    ['dress', 'dress'],
    ['sheep', 'sheep'],
    ['zzzz', 'zzzz'],
  ])('%s is a form of %s', (word, base) => {
    expect(baseForm(word)).toBe(base);
    expect(baseForm(base)).toBe(base);
  });

  it('never have the word itself', () => {
    for (const word of ['sheep', 'swimming', 'read', 'dog']) expect(otherForms(word)).not.toContain(word);
  });
});
