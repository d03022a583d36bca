import type { ArmsName, BodyName } from '../cast/index.ts';
import { type Entity, type Kind, PEOPLE } from '../cast/index.ts';
import { anchor, type Dice, draw, moved, sketch, stroke, unionBox } from '../drawing/index.ts';
import { type Part, prop, put, type SceneEvent } from '../story/event.ts';

/** A person and a thing whose handle is in the near hand. */
function inHand(
  person: Entity,
  thing: Entity,
  dice: Dice,
  body: BodyName,
  arms: ArmsName,
  scale = 1,
): Part[] {
  const holder = put(person, dice, { stance: { body, arms } }, {});
  const [x, y] = anchor(holder.sketch, 'hand');
  const child = person.kind === 'boy' || person.kind === 'girl';
  const loose = put(thing, dice, {}, { scale: child ? scale * 0.82 : scale }, false);
  const [handleX, handleY] = anchor(loose.sketch, 'handle');
  return [holder, { ...loose, sketch: moved(loose.sketch, { x: x - handleX, y: y - handleY }) }];
}

const HANGING: readonly Kind[] = ['bag', 'bucket'];
const TALL: readonly Kind[] = ['box', 'cake', 'pot'];

const hold: SceneEvent = {
  name: 'hold',
  slots: [PEOPLE, ['balloon', 'umbrella', 'cup', 'apple', 'bear', 'pot', 'bag', 'ball']],
  where: 'anywhere',
  arrange: (cast, dice) =>
    inHand(cast.at(0), cast.at(1), dice, 'stand', HANGING.includes(cast.at(1).kind) ? 'down' : 'hold'),
  clauses: ['{0} holds {1}', '{0} is holding {1}', '{1} is held by {0}', '{0} stands and holds {1}'],
  phrases: ['{0} holding {1}', '{0} with {1} in one hand', '{1} in the hand of {0}'],
};

const carry: SceneEvent = {
  name: 'carry',
  slots: [PEOPLE, ['box', 'basket', 'bucket', 'cake', 'pot', 'bag', 'drum', 'book', 'lamp']],
  where: 'anywhere',
  arrange: (cast, dice) =>
    inHand(
      cast.at(0),
      cast.at(1),
      dice,
      'walk',
      HANGING.includes(cast.at(1).kind) ? 'down' : 'carry',
      TALL.includes(cast.at(1).kind) ? 0.84 : 1,
    ),
  clauses: ['{0} carries {1}', '{0} is carrying {1}', '{1} is carried by {0}', '{0} walks along with {1}'],
  phrases: ['{0} carrying {1}', '{0} walking with {1}', '{1} carried by {0}'],
};

const flyKite: SceneEvent = {
  name: 'fly-kite',
  slots: [PEOPLE, ['kite']],
  where: 'outdoors',
  arrange: (cast, dice) => {
    const flyer = put(
      cast.at(0),
      dice,
      { stance: { body: dice.chance(0.5) ? 'stand' : 'run', arms: 'raise' } },
      {},
    );
    const [handX, handY] = anchor(flyer.sketch, 'hand');
    const kite = put(
      cast.at(1),
      dice,
      {},
      { x: handX + dice.between(62, 84), y: handY + dice.between(-18, 2), scale: 0.95 },
      false,
    );
    const [kiteX, kiteY] = anchor(kite.sketch, 'string');
    const string = stroke(draw('M', handX, handY, 'Q', handX + 30, handY + 6, kiteX, kiteY), '#fdfaf2', 1.4);
    return [flyer, prop(sketch(string, unionBox([flyer.sketch.box, kite.sketch.box]))), kite];
  },
  clauses: ['{0} flies {1}', '{0} is flying {1}', '{1} is flown by {0}', '{0} plays with {1}'],
  phrases: ['{0} flying {1}', '{0} with {1} on a string', '{1} in the air above {0}'],
};

const guitar: SceneEvent = {
  name: 'play-guitar',
  slots: [PEOPLE, ['guitar']],
  where: 'anywhere',
  arrange: (cast, dice) => inHand(cast.at(0), cast.at(1), dice, 'stand', 'strum', 0.92),
  clauses: ['{0} plays {1}', '{0} is playing {1}', '{1} is played by {0}', '{0} makes music with {1}'],
  phrases: ['{0} playing {1}', '{0} with {1}', 'music by {0} with {1}'],
};

const read: SceneEvent = {
  name: 'read',
  slots: [PEOPLE, ['book']],
  where: 'anywhere',
  arrange: (cast, dice) =>
    inHand(cast.at(0), cast.at(1), dice, dice.chance(0.5) ? 'ground' : 'stand', 'read', 0.9),
  clauses: ['{0} reads {1}', '{0} is reading {1}', '{1} is read by {0}', '{0} looks into {1}'],
  phrases: ['{0} reading {1}', '{0} with {1} to read', '{1} in the hands of {0}'],
};

const drum: SceneEvent = {
  name: 'play-drum',
  slots: [PEOPLE, ['drum']],
  where: 'anywhere',
  arrange: (cast, dice) => {
    const player = put(cast.at(0), dice, { stance: { body: 'crouch', arms: 'reach' } }, {});
    return [player, put(cast.at(1), dice, {}, { x: anchor(player.sketch, 'hand')[0] + 12, scale: 0.9 })];
  },
  clauses: ['{0} beats {1}', '{0} is beating {1}', '{0} plays {1}', '{1} is played by {0}'],
  phrases: ['{0} beating {1}', '{0} playing {1}', '{0} making music with {1}'],
};

export const HOLDING: readonly SceneEvent[] = [hold, carry, flyKite, guitar, read, drum];
