import { PEOPLE } from '../cast/index.ts';
import type { SceneEvent } from '../story/event.ts';
import { LIVING } from '../story/kinds.ts';
import { beside } from './beside.ts';

const lookAt: SceneEvent = {
  name: 'look-at',
  sizes: true,
  slots: [LIVING, LIVING],
  where: 'outdoors',
  arrange: (cast, dice) => {
    const watcher = beside(cast.at(0), dice, 0, false, 'stand', dice.chance(0.5) ? 'down' : 'swing');
    return [
      watcher,
      beside(cast.at(1), dice, watcher.sketch.box.right + dice.between(14, 30), false, 'walk', 'swing'),
    ];
  },
  clauses: ['{0} looks at {1}', '{0} is looking at {1}', '{0} watches {1}', '{1} is watched by {0}'],
  phrases: ['{0} looking at {1}', '{0} watching {1}', '{1} watched by {0}'],
  swap: { kind: 'role', slots: [0, 1] },
};

const pointAt: SceneEvent = {
  name: 'point-at',
  slots: [PEOPLE, [...LIVING, 'house', 'tree', 'car', 'boat']],
  where: 'anywhere',
  arrange: (cast, dice) => {
    const pointer = beside(cast.at(0), dice, 0, false, 'stand', 'point');
    return [
      pointer,
      beside(cast.at(1), dice, pointer.sketch.box.right + dice.between(10, 24), dice.chance(0.4)),
    ];
  },
  clauses: [
    '{0} points at {1}',
    '{0} is pointing at {1}',
    '{0} points a finger at {1}',
    '{0} stands and points at {1}',
  ],
  phrases: ['{0} pointing at {1}', '{0} with a finger pointing at {1}', '{0} who points at {1}'],
  swap: { kind: 'role', slots: [0, 1] },
};

const wave: SceneEvent = {
  name: 'wave-to',
  slots: [PEOPLE, PEOPLE],
  where: 'anywhere',
  arrange: (cast, dice) => {
    const waver = beside(cast.at(0), dice, 0, false, 'stand', 'raise');
    return [waver, beside(cast.at(1), dice, waver.sketch.box.right + dice.between(16, 40), true)];
  },
  clauses: ['{0} waves to {1}', '{0} is waving to {1}', '{0} waves a hand at {1}', '{0} says hello to {1}'],
  phrases: ['{0} waving to {1}', '{0} waving a hand at {1}', '{0} who waves to {1}'],
  swap: { kind: 'role', slots: [0, 1] },
};

/** One minds the other. */
export const MINDING: readonly SceneEvent[] = [lookAt, pointAt, wave];
