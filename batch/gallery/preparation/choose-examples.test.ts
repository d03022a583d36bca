import { describe, expect, it } from 'vitest';
import { chooseExamples } from './choose-examples.ts';
import type { TwinCaptions } from './twin-captions.ts';

const twins = (kind: string, first: string, second: string): TwinCaptions => ({
  kind,
  first: [`${first} .`],
  second: [`${second} .`],
});

describe('chooseExamples', () => {
  it('chooses captions with the same words in another order, without their full stop', () => {
    expect(
      chooseExamples(
        [
          twins('role', 'A dog sees a cat', 'A dog sees a cow'),
          twins('role', 'A dog sees an orange cat', 'An orange cat sees a dog'),
          twins('role', 'A dog sleeps', 'A dog sleeps'),
        ],
        5,
      ),
    ).toEqual([['A dog sees an orange cat', 'An orange cat sees a dog']]);
  });

  it('chooses the shortest captions, and no long ones', () => {
    const long = 'A very very very very very very very big dog sees a cat';
    const one: TwinCaptions = {
      kind: 'role',
      first: [long, 'A big dog sees a cat', 'A dog sees a cat'],
      second: [
        'A cat sees a very very very very very very very big dog',
        'A cat sees a big dog',
        'A cat sees a dog',
      ],
    };
    expect(chooseExamples([one], 5)).toEqual([['A dog sees a cat', 'A cat sees a dog']]);
    expect(chooseExamples([{ ...one, first: one.first.slice(0, 1) }], 5)).toEqual([]);
  });

  it('begins with relations, whatever was chosen first', () => {
    const chosen = chooseExamples(
      [
        twins('role', 'A dog sees a cat', 'A cat sees a dog'),
        twins('relation', 'A book left of a car', 'A car left of a book'),
        twins('attribute', 'A red car by a blue bus', 'A blue car by a red bus'),
      ],
      3,
    );
    expect(chosen.map(([first]) => first)).toEqual([
      'A book left of a car',
      'A dog sees a cat',
      'A red car by a blue bus',
    ]);
  });

  it('chooses the kinds in turn, each pair with as few used words as possible', () => {
    const chosen = chooseExamples(
      [
        twins('role', 'A dog sees a cat', 'A cat sees a dog'),
        twins('role', 'A dog chases a cat', 'A cat chases a dog'),
        twins('role', 'A girl follows a boy now', 'A boy follows a girl now'),
        twins('attribute', 'A red dog by a blue cat', 'A blue dog by a red cat'),
        twins('attribute', 'A red car by a blue bus', 'A blue car by a red bus'),
      ],
      3,
    );
    expect(chosen.map(([first]) => first)).toEqual([
      'A dog sees a cat',
      'A red car by a blue bus',
      'A girl follows a boy now',
    ]);
  });
});
