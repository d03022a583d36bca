import { type Entity, isPerson, PEOPLE, personScale } from '../cast/index.ts';
import { anchor, type Dice, moved } from '../drawing/index.ts';
import { type Part, put, type SceneEvent } from '../story/event.ts';
import { PETS, SEATS } from '../story/kinds.ts';

/** The person moved so that the hip is at a point. */
function seatedAt(
  person: Entity,
  dice: Dice,
  body: 'sit' | 'ground' | 'ride' | 'cycle',
  arms: 'rest' | 'rein' | 'handlebar' | 'cheer' | 'raise',
  [x, y]: readonly [number, number],
): Part {
  const loose = put(person, dice, { stance: { body, arms } }, {}, false);
  const [hipX, hipY] = anchor(loose.sketch, 'hip');
  return { ...loose, sketch: moved(loose.sketch, { x: x - hipX, y: y - hipY }) };
}

const sit: SceneEvent = {
  name: 'sit',
  slots: [PEOPLE, SEATS],
  where: 'anywhere',
  arrange: (cast, dice) => {
    const seat = put(cast.at(1), dice, {}, {});
    const [x, y] = anchor(seat.sketch, 'seat');
    const wide = cast.at(1).kind === 'bench' || cast.at(1).kind === 'sofa';
    const sitter = seatedAt(cast.at(0), dice, 'sit', dice.chance(0.8) ? 'rest' : 'raise', [
      x + (wide ? dice.between(-26, 20) : -6),
      y - 2,
    ]);
    return [seat, sitter];
  },
  clauses: ['{0} sits on {1}', '{0} is sitting on {1}', '{0} rests on {1}', '{0} has a rest on {1}'],
  phrases: ['{0} sitting on {1}', '{1} with {0} on it', '{0} on {1}'],
};

const ride: SceneEvent = {
  name: 'ride',
  slots: [PEOPLE, ['horse', 'cow', 'bicycle', 'skateboard']],
  where: 'outdoors',
  arrange: (cast, dice) => {
    const [rider, mount] = [cast.at(0), cast.at(1)];
    const size = isPerson(rider.kind) ? personScale(rider.kind) : 1;
    if (mount.kind === 'skateboard') {
      const board = put(mount, dice, {}, {});
      const [x, y] = anchor(board.sketch, 'seat');
      return [board, put(rider, dice, { stance: { body: 'walk', arms: 'cheer' } }, { x, y }, false)];
    }
    if (mount.kind === 'bicycle') {
      const bicycle = put(mount, dice, {}, { scale: size });
      return [bicycle, seatedAt(rider, dice, 'cycle', 'handlebar', anchor(bicycle.sketch, 'seat'))];
    }
    const animal = put(mount, dice, { pose: dice.chance(0.5) ? 'walk' : 'run' }, {});
    const [x, y] = anchor(animal.sketch, 'back');
    return [animal, seatedAt(rider, dice, 'ride', 'rein', [x, y + 2])];
  },
  clauses: ['{0} rides {1}', '{0} is riding {1}', '{0} takes a ride on {1}', '{1} is ridden by {0}'],
  phrases: ['{0} riding {1}', '{0} on {1}', '{1} with {0} riding on it'],
};

const sail: SceneEvent = {
  name: 'sail',
  slots: [PEOPLE, ['boat']],
  where: 'afloat',
  arrange: (cast, dice) => {
    const boat = put(cast.at(1), dice, {}, { scale: 1.15 }, false);
    const [x, y] = anchor(boat.sketch, 'seat');
    return [seatedAt(cast.at(0), dice, 'ground', dice.chance(0.5) ? 'rest' : 'raise', [x, y + 2]), boat];
  },
  clauses: ['{0} sails in {1}', '{0} is sailing in {1}', '{0} sits in {1}', '{0} takes a ride in {1}'],
  phrases: ['{0} sailing in {1}', '{0} in {1}', '{1} with {0} in it'],
};

const sleep: SceneEvent = {
  name: 'sleep',
  slots: [PETS, ['sofa', 'bench', 'box', 'table']],
  where: 'anywhere',
  arrange: (cast, dice) => {
    const bed = put(cast.at(1), dice, {}, { scale: cast.at(1).kind === 'box' ? 1.35 : 1 });
    const [x, y] = anchor(bed.sketch, 'seat');
    return [bed, put(cast.at(0), dice, { pose: 'sleep' }, { x: x + dice.between(-6, 6), y: y + 1 }, false)];
  },
  clauses: ['{0} sleeps on {1}', '{0} is sleeping on {1}', '{0} is asleep on {1}', '{0} takes a nap on {1}'],
  phrases: ['{0} sleeping on {1}', '{0} asleep on {1}', '{1} with {0} sleeping on it'],
};

export const SEATED: readonly SceneEvent[] = [sit, ride, sail, sleep];
