import { PEOPLE } from '../cast/index.ts';
import { moved } from '../drawing/index.ts';
import { put, type SceneEvent } from '../story/event.ts';
import { fair, restingAt } from './resting.ts';

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
  where: 'deep',
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

/** What stands behind or hovers above what. */
export const DEPTH: readonly SceneEvent[] = [behind, above];
