import { type Entity, isPerson, PEOPLE } from '../cast/index.ts';
import { anchor, type Dice, draw, sketch, stroke, unionBox } from '../drawing/index.ts';
import { type Part, prop, put, type SceneEvent } from '../story/event.ts';
import { WALKERS } from '../story/kinds.ts';

const GOERS = [...PEOPLE, ...WALKERS];

/** Somebody who goes at a pace, the left edge at `x`. */
function going(entity: Entity, dice: Dice, pace: 'walk' | 'run', x: number): Part {
  const manner = isPerson(entity.kind)
    ? {
        stance: {
          body: pace,
          arms: pace === 'run' && dice.chance(0.3) ? ('cheer' as const) : ('swing' as const),
        },
      }
    : { pose: entity.kind === 'duck' ? ('walk' as const) : pace };
  const loose = put(entity, dice, manner, {});
  return put(entity, dice, manner, { x: x - loose.sketch.box.left });
}

function oneAfterAnother(pace: 'walk' | 'run'): SceneEvent['arrange'] {
  return (cast, dice) => {
    const last = going(cast.at(0), dice, pace, 0);
    return [last, going(cast.at(1), dice, pace, last.sketch.box.right + dice.between(4, 16))];
  };
}

const chase: SceneEvent = {
  name: 'chase',
  sizes: true,
  slots: [GOERS, GOERS],
  where: 'outdoors',
  arrange: oneAfterAnother('run'),
  clauses: [
    '{0} chases {1}',
    '{0} is chasing {1}',
    '{0} runs after {1}',
    '{1} is chased by {0}',
    '{1} runs away from {0}',
  ],
  phrases: ['{0} chasing {1}', '{0} running after {1}', '{1} running away from {0}'],
  swap: { kind: 'role', slots: [0, 1] },
};

const follow: SceneEvent = {
  name: 'follow',
  sizes: true,
  slots: [GOERS, GOERS],
  where: 'outdoors',
  arrange: oneAfterAnother('walk'),
  clauses: [
    '{0} follows {1}',
    '{0} is following {1}',
    '{0} walks behind {1}',
    '{1} is followed by {0}',
    '{1} walks ahead of {0}',
  ],
  phrases: ['{0} following {1}', '{0} walking behind {1}', '{1} followed by {0}'],
  swap: { kind: 'role', slots: [0, 1] },
};

const walkDog: SceneEvent = {
  name: 'walk-dog',
  slots: [PEOPLE, ['dog']],
  where: 'outdoors',
  arrange: (cast, dice) => {
    const walker = put(cast.at(0), dice, { stance: { body: 'walk', arms: 'hold' } }, {});
    const dog = going(cast.at(1), dice, 'walk', walker.sketch.box.right + dice.between(2, 12));
    const [hand, neck] = [anchor(walker.sketch, 'hand'), anchor(dog.sketch, 'neck')];
    const leash = stroke(
      draw('M', ...hand, 'Q', (hand[0] + neck[0]) / 2, neck[1] + 6, ...neck),
      '#7a2f2f',
      2,
    );
    return [walker, dog, prop(sketch(leash, unionBox([walker.sketch.box, dog.sketch.box])))];
  },
  clauses: [
    '{0} walks {1}',
    '{0} is walking {1} on a leash',
    '{0} takes {1} for a walk',
    '{1} is on a leash held by {0}',
  ],
  phrases: ['{0} walking {1}', '{0} with {1} on a leash', '{1} on a walk with {0}'],
};

const jump: SceneEvent = {
  name: 'jump-over',
  slots: [
    [...PEOPLE, 'dog', 'cat', 'horse', 'rabbit'],
    ['box', 'bench', 'ball', 'basket', 'bucket', 'bag', 'drum', 'skateboard'],
  ],
  where: 'outdoors',
  arrange: (cast, dice) => {
    const hurdle = put(cast.at(1), dice, {}, { scale: cast.at(1).kind === 'bench' ? 0.8 : 1 });
    const person = isPerson(cast.at(0).kind);
    const height = -hurdle.sketch.box.top;
    const jumper = put(
      cast.at(0),
      dice,
      person ? { stance: { body: 'jump', arms: 'cheer' } } : { pose: 'run' },
      { y: -height + (person ? 10 : -2), x: dice.between(-4, 4) },
      false,
    );
    return [hurdle, jumper];
  },
  clauses: [
    '{0} jumps over {1}',
    '{0} is jumping over {1}',
    '{0} leaps over {1}',
    '{0} makes a jump over {1}',
  ],
  phrases: ['{0} jumping over {1}', '{0} in the air over {1}', '{1} with {0} jumping over it'],
};

const push: SceneEvent = {
  name: 'push',
  slots: [PEOPLE, ['box', 'chair', 'table', 'car', 'bench', 'sofa']],
  where: 'anywhere',
  arrange: (cast, dice) => {
    const pusher = put(cast.at(0), dice, { stance: { body: 'push', arms: 'push' } }, {});
    const load = put(cast.at(1), dice, {}, { scale: cast.at(1).kind === 'box' ? 1.3 : 1 });
    const x = anchor(pusher.sketch, 'hand')[0] - load.sketch.box.left - 3;
    return [put(cast.at(1), dice, {}, { x, scale: cast.at(1).kind === 'box' ? 1.3 : 1 }), pusher];
  },
  clauses: ['{0} pushes {1}', '{0} is pushing {1}', '{1} is pushed by {0}', '{0} moves {1}'],
  phrases: ['{0} pushing {1}', '{1} pushed by {0}', '{0} who pushes {1}'],
};

const kick: SceneEvent = {
  name: 'kick',
  slots: [PEOPLE, ['ball']],
  where: 'outdoors',
  arrange: (cast, dice) => {
    const kicker = put(cast.at(0), dice, { stance: { body: 'kick', arms: 'swing' } }, {});
    return [
      kicker,
      put(
        cast.at(1),
        dice,
        {},
        { x: kicker.sketch.box.right + dice.between(14, 30), y: -dice.between(6, 26) },
        false,
      ),
    ];
  },
  clauses: ['{0} kicks {1}', '{0} is kicking {1}', '{1} is kicked by {0}', '{0} plays with {1}'],
  phrases: ['{0} kicking {1}', '{1} kicked by {0}', '{0} playing football with {1}'],
};

const flyOver: SceneEvent = {
  name: 'fly-over',
  slots: [['bird'], ['tree', 'house', 'car', 'bench', 'horse', 'cow', 'boat', 'bicycle']],
  where: 'outdoors',
  arrange: (cast, dice) => {
    const below = put(cast.at(1), dice, {}, { scale: 0.9 });
    const bird = put(
      cast.at(0),
      dice,
      { pose: 'run' },
      { x: dice.between(-20, 20), y: below.sketch.box.top - dice.between(6, 18), scale: 1.25 },
      false,
    );
    return [below, bird];
  },
  clauses: [
    '{0} flies over {1}',
    '{0} is flying over {1}',
    '{0} is in the air above {1}',
    '{1} stands under {0}',
  ],
  phrases: ['{0} flying over {1}', '{0} in the air above {1}', '{1} under {0}'],
};

export const MOVING: readonly SceneEvent[] = [chase, follow, walkDog, jump, push, kick, flyOver];
