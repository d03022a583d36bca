import { put, type SceneEvent } from '../story/event.ts';

/** A duck alone on the water. */
export const swim: SceneEvent = {
  name: 'swim',
  slots: [['duck']],
  where: 'afloat',
  arrange: (cast, dice) => [put(cast.at(0), dice, { pose: 'run' }, { scale: 1.2 }, false)],
  clauses: ['{0} swims', '{0} is swimming', '{0} floats on the water'],
  phrases: ['{0} swimming', '{0} floating on the water'],
};

const swimBeside: SceneEvent = {
  name: 'swim-beside',
  slots: [['duck'], ['boat']],
  where: 'afloat',
  arrange: (cast, dice) => {
    const boat = put(cast.at(1), dice, {}, { scale: 1.05 }, false);
    const x = boat.sketch.box.right + dice.between(36, 50);
    return [boat, put(cast.at(0), dice, { pose: 'run' }, { x, y: dice.between(0, 8), scale: 1.15 }, false)];
  },
  clauses: [
    '{0} swims next to {1}',
    '{0} is swimming beside {1}',
    '{0} swims in front of {1}',
    '{1} is on the water behind {0}',
  ],
  phrases: ['{0} swimming next to {1}', '{0} floating beside {1}', '{1} on the water beside {0}'],
};

/** What several do on the water. */
export const WATER: readonly SceneEvent[] = [swimBeside];
