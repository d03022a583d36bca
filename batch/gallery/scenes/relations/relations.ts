import { type Entity, isAnimal, isPerson, type Kind, PEOPLE } from '../cast/index.ts';
import { anchor, type Dice, moved } from '../drawing/index.ts';
import { type Part, put, type SceneEvent } from '../story/event.ts';
import { LARGE_THINGS, PETS, SMALL_THINGS, WALKERS } from '../story/kinds.ts';

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
const STANDERS = [...PEOPLE, ...WALKERS, ...SMALL_THINGS, ...LARGE_THINGS] as const satisfies readonly Kind[];
const TOPS = ['table', 'bench', 'chair', 'box', 'sofa'] as const satisfies readonly Kind[];
const SHELTERS = ['table', 'bench'] as const satisfies readonly Kind[];

/** Somebody at rest with the left edge at `x`. */
function resting(entity: Entity, dice: Dice, x: number, scale = 1): Part {
  const pose = (PETS as readonly Kind[]).includes(entity.kind) && dice.chance(0.5) ? 'sit' : 'stand';
  const loose = put(entity, dice, isAnimal(entity.kind) ? { pose } : {}, {
    scale,
    mirrored: isPerson(entity.kind) && dice.chance(0.5),
  });
  return { ...loose, sketch: moved(loose.sketch, { x: x - loose.sketch.box.left }) };
}

/** Somebody at rest with the middle of the foot at a point. */
function restingAt(entity: Entity, dice: Dice, [x, y]: readonly [number, number], scale = 1): Part {
  const part = resting(entity, dice, 0, scale);
  const middle = (part.sketch.box.left + part.sketch.box.right) / 2;
  return { ...part, grounded: y === 0, sketch: moved(part.sketch, { x: x - middle, y }) };
}

/** Large things are drawn smaller beside small ones, so that both can be seen. */
function fair(kind: Kind): number {
  if (kind === 'house' || kind === 'tree') return 0.85;
  return (SMALL_THINGS as readonly Kind[]).includes(kind) ? 1.2 : 1;
}

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

const behind: SceneEvent = {
  name: 'behind',
  slots: [
    [...PEOPLE, 'tree', 'house', 'horse', 'cow', 'snowman'],
    [
      'bench',
      'table',
      'box',
      'sofa',
      'sheep',
      'dog',
      'car',
      'bicycle',
      'horse',
      'cow',
      'man',
      'woman',
      'boy',
      'girl',
    ],
  ],
  where: 'anywhere',
  arrange: (cast, dice) => {
    const [back, front] = [restingAt(cast.at(0), dice, [0, 0]), restingAt(cast.at(1), dice, [0, 0])];
    const lift = -Math.max(20, Math.min(44, -front.sketch.box.top * 0.5));
    const side = dice.chance(0.5) ? 1 : -1;
    const shift = side * Math.max(12, (back.sketch.box.right - back.sketch.box.left) * 0.3);
    return [{ ...back, sketch: moved(back.sketch, { x: shift, y: lift }) }, front];
  },
  clauses: [
    '{0} is behind {1}',
    'there is {0} behind {1}',
    '{1} is in front of {0}',
    'in front of {0} there is {1}',
  ],
  phrases: ['{0} behind {1}', '{1} in front of {0}', '{1} with {0} behind it'],
  swap: { kind: 'relation', slots: [0, 1] },
};

const above: SceneEvent = {
  name: 'above',
  slots: [
    ['balloon', 'kite', 'bird'],
    [...PEOPLE, 'house', 'tree', 'car', 'bench', 'table', 'dog', 'cat', 'horse', 'cow', 'sheep'],
  ],
  where: 'outdoors',
  arrange: (cast, dice) => {
    const below = restingAt(cast.at(1), dice, [0, 0], fair(cast.at(1).kind));
    const high = put(
      cast.at(0),
      dice,
      { pose: 'run' },
      { x: dice.between(-10, 10), y: below.sketch.box.top - dice.between(2, 12) },
      false,
    );
    return [below, high];
  },
  clauses: ['{0} is above {1}', 'there is {0} above {1}', '{0} floats above {1}', 'above {1} there is {0}'],
  phrases: ['{0} above {1}', '{0} in the air above {1}', '{1} with {0} above it'],
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
    const basket = put(cast.at(1), dice, {}, { scale: 1.6 });
    const loose = restingAt(cast.at(0), dice, [0, 0], 0.9);
    const sunk = -loose.sketch.box.top * 0.4;
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

export const RELATIONS: readonly SceneEvent[] = [
  on,
  under,
  leftOf,
  rightOf,
  nextTo,
  between,
  behind,
  above,
  underAndOn,
  inside,
];
