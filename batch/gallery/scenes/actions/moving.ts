import { isPerson, PEOPLE } from '../cast/index.ts';
import { anchor, moved } from '../drawing/index.ts';
import { put, type SceneEvent } from '../story/event.ts';

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
    return [{ ...load, sketch: moved(load.sketch, { x }) }, pusher];
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

/** One moves a thing, or moves over it. */
export const MOVING: readonly SceneEvent[] = [jump, push, kick, flyOver];
