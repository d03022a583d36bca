import { type Kind, PEOPLE } from '../cast/index.ts';
import type { SceneEvent } from '../story/event.ts';
import { LARGE_THINGS, SMALL_THINGS, WALKERS } from '../story/kinds.ts';
import { fair, resting } from './resting.ts';

const STANDERS = [
  ...PEOPLE,
  ...WALKERS,
  'fish',
  ...SMALL_THINGS,
  ...LARGE_THINGS,
] as const satisfies readonly Kind[];

function inARow(order: readonly number[]): SceneEvent['arrange'] {
  return (cast, dice) => {
    let x = 0;
    return order.map((slot) => {
      const part = resting(cast.at(slot), dice, x, fair(cast.at(slot).kind));
      x = part.sketch.box.right + dice.between(6, 16);
      return part;
    });
  };
}

const leftOf: SceneEvent = {
  name: 'left-of',
  sizes: true,
  slots: [STANDERS, STANDERS],
  where: 'anywhere',
  handed: true,
  arrange: inARow([0, 1]),
  clauses: [
    '{0} is left of {1}',
    '{0} is to the left of {1}',
    'there is {0} on the left of {1}',
    '{1} has {0} on the left',
  ],
  phrases: ['{0} left of {1}', '{0} to the left of {1}', '{0} on the left and {1} on the right'],
  swap: { kind: 'relation', slots: [0, 1] },
};

const rightOf: SceneEvent = {
  name: 'right-of',
  sizes: true,
  slots: [STANDERS, STANDERS],
  where: 'anywhere',
  handed: true,
  arrange: inARow([1, 0]),
  clauses: [
    '{0} is right of {1}',
    '{0} is to the right of {1}',
    'there is {0} on the right of {1}',
    '{1} has {0} on the right',
  ],
  phrases: ['{0} right of {1}', '{0} to the right of {1}', '{0} on the right and {1} on the left'],
  swap: { kind: 'relation', slots: [0, 1] },
};

const nextTo: SceneEvent = {
  name: 'next-to',
  sizes: true,
  slots: [STANDERS, STANDERS],
  where: 'anywhere',
  arrange: inARow([0, 1]),
  clauses: [
    '{0} is next to {1}',
    '{0} is beside {1}',
    'there is {0} next to {1}',
    '{0} and {1} are side by side',
  ],
  phrases: ['{0} next to {1}', '{0} beside {1}', '{0} and {1}'],
};

const between: SceneEvent = {
  name: 'between',
  sizes: true,
  slots: [STANDERS, STANDERS, STANDERS],
  where: 'anywhere',
  arrange: inARow([1, 0, 2]),
  clauses: [
    '{0} is between {1} and {2}',
    'there is {0} between {1} and {2}',
    'between {1} and {2} there is {0}',
    '{1} and {2} have {0} between them',
  ],
  phrases: [
    '{0} between {1} and {2}',
    '{1} and {2} with {0} between them',
    '{0} with {1} on one side and {2} on the other',
  ],
  swap: { kind: 'relation', slots: [0, 1] },
};

/** What stands at whose side. */
export const ROWS: readonly SceneEvent[] = [leftOf, rightOf, nextTo, between];
