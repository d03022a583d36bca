import type { Kind } from '../cast/index.ts';
import { anchor, moved } from '../drawing/index.ts';
import { put, type SceneEvent } from '../story/event.ts';
import { PETS, SMALL_THINGS } from '../story/kinds.ts';
import { restingAt } from './resting.ts';

const PERCHERS = [...PETS, 'bird', 'fish', ...SMALL_THINGS] as const satisfies readonly Kind[];

const HIDERS = [
  ...PETS,
  'duck',
  'ball',
  'box',
  'basket',
  'bucket',
  'bag',
  'bear',
  'drum',
  'book',
] as const satisfies readonly Kind[];

const TOPS = ['table', 'bench', 'chair', 'box', 'sofa'] as const satisfies readonly Kind[];

const SHELTERS = ['table', 'bench'] as const satisfies readonly Kind[];

const on: SceneEvent = {
  name: 'on',
  sizes: true,
  slots: [PERCHERS, TOPS],
  where: 'anywhere',
  arrange: (cast, dice) => {
    const base = put(cast.at(1), dice, {}, { scale: cast.at(1).kind === 'box' ? 1.4 : 1 });
    return [base, restingAt(cast.at(0), dice, anchor(base.sketch, 'seat'))];
  },
  clauses: ['{0} is on {1}', 'there is {0} on {1}', '{0} is on top of {1}', 'on {1} there is {0}'],
  phrases: ['{0} on {1}', '{1} with {0} on it', '{0} on top of {1}'],
  swap: { kind: 'relation', slots: [0, 1] },
};

const under: SceneEvent = {
  name: 'under',
  slots: [HIDERS, [...SHELTERS, 'tree', 'umbrella']],
  where: 'anywhere',
  arrange: (cast, dice) => {
    const shelter = put(cast.at(1), dice, {}, { scale: cast.at(1).kind === 'tree' ? 1 : 1.25 });
    return [
      shelter,
      restingAt(
        cast.at(0),
        dice,
        [cast.at(1).kind === 'umbrella' ? 22 : dice.between(-6, 6), 0],
        cast.at(1).kind === 'tree' ? 1 : 0.86,
      ),
    ];
  },
  clauses: ['{0} is under {1}', 'there is {0} under {1}', 'under {1} there is {0}', '{1} stands over {0}'],
  phrases: ['{0} under {1}', '{0} below {1}', '{1} with {0} under it'],
};

const underAndOn: SceneEvent = {
  name: 'under-and-on',
  slots: [HIDERS, SHELTERS, HIDERS],
  where: 'anywhere',
  arrange: (cast, dice) => {
    const shelter = put(cast.at(1), dice, {}, { scale: 1.2 });
    return [
      shelter,
      restingAt(cast.at(0), dice, [dice.between(-8, 8), 0], 0.86),
      restingAt(cast.at(2), dice, [dice.between(-14, 14), anchor(shelter.sketch, 'seat')[1]]),
    ];
  },
  clauses: [
    '{0} is under {1} and {2} is on it',
    'there is {0} under {1} with {2} on it',
    '{2} is on {1} and {0} is under it',
    'on {1} there is {2} and under it there is {0}',
  ],
  phrases: [
    '{0} under {1} with {2} on it',
    '{1} with {2} on it and {0} under it',
    '{2} on {1} with {0} under it',
  ],
  swap: { kind: 'relation', slots: [0, 2] },
};

const inside: SceneEvent = {
  name: 'in',
  slots: [['cat', 'dog', 'rabbit', 'bear'], ['basket']],
  where: 'anywhere',
  arrange: (cast, dice) => {
    const basket = put(cast.at(1), dice, {}, { scale: 1.35 });
    const loose = put(cast.at(0), dice, { pose: 'sit' }, { scale: 0.95 });
    const sunk = -loose.sketch.box.top * 0.36;
    return [
      {
        ...loose,
        grounded: false,
        sketch: moved(loose.sketch, { y: anchor(basket.sketch, 'rim')[1] + sunk }),
      },
      basket,
    ];
  },
  clauses: ['{0} is in {1}', 'there is {0} in {1}', 'in {1} there is {0}', '{1} holds {0}'],
  phrases: ['{0} in {1}', '{1} with {0} in it', '{0} inside {1}'],
};

/** What bears or covers what. */
export const SUPPORT: readonly SceneEvent[] = [on, under, underAndOn, inside];
