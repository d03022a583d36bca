import { type Entity, isPerson, PEOPLE } from '../cast/index.ts';
import { anchor, type Dice, draw, moved, sketch, stroke, unionBox } from '../drawing/index.ts';
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
  return { ...loose, sketch: moved(loose.sketch, { x: x - loose.sketch.box.left }) };
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

/** One goes, the other goes before. */
export const GOING: readonly SceneEvent[] = [chase, follow, walkDog];
