import { PEOPLE } from '../cast/index.ts';
import { anchor, draw, moved, path, sketch, standingBox, stroke } from '../drawing/index.ts';
import { type Part, prop, put, type SceneEvent } from '../story/event.ts';
import { beside } from './beside.ts';

const give: SceneEvent = {
  name: 'give',
  slots: [PEOPLE, ['balloon', 'apple', 'book', 'cup', 'pot', 'bear', 'cake', 'ball', 'bag'], PEOPLE],
  where: 'anywhere',
  arrange: (cast, dice) => {
    const giver = beside(cast.at(0), dice, 0, false, 'stand', 'give');
    const [x, y] = anchor(giver.sketch, 'hand');
    const loose = put(cast.at(1), dice, {}, { scale: 0.8 }, false);
    const [handleX, handleY] = anchor(loose.sketch, 'handle');
    const gift: Part = { ...loose, sketch: moved(loose.sketch, { x: x - handleX + 3, y: y - handleY }) };
    const taker = beside(cast.at(2), dice, x + 14, true, 'stand', 'receive');
    return [giver, taker, gift];
  },
  clauses: [
    '{0} gives {1} to {2}',
    '{0} is giving {1} to {2}',
    '{2} gets {1} from {0}',
    '{1} is given to {2} by {0}',
    '{0} hands {1} to {2}',
  ],
  phrases: ['{0} giving {1} to {2}', '{2} getting {1} from {0}', '{0} with {1} for {2}'],
  swap: { kind: 'role', slots: [0, 2] },
};

const throwTo: SceneEvent = {
  name: 'throw',
  slots: [PEOPLE, ['ball'], [...PEOPLE, 'dog']],
  where: 'outdoors',
  arrange: (cast, dice) => {
    const thrower = beside(cast.at(0), dice, 0, false, 'walk', 'throw');
    const right = thrower.sketch.box.right;
    const ball = put(
      cast.at(1),
      dice,
      {},
      { x: right + dice.between(14, 24), y: -dice.between(74, 92), scale: 0.95 },
      false,
    );
    const catcher = beside(cast.at(2), dice, right + dice.between(40, 56), true, 'stand', 'receive');
    return [thrower, catcher, ball];
  },
  clauses: [
    '{0} throws {1} to {2}',
    '{0} is throwing {1} to {2}',
    '{2} waits for {1} from {0}',
    '{1} is thrown to {2} by {0}',
  ],
  phrases: ['{0} throwing {1} to {2}', '{1} thrown to {2} by {0}', '{0} who throws {1} to {2}'],
  swap: { kind: 'role', slots: [0, 2] },
};

const feed: SceneEvent = {
  name: 'feed',
  slots: [PEOPLE, ['dog', 'cat', 'rabbit', 'horse', 'cow', 'sheep', 'duck']],
  where: 'anywhere',
  arrange: (cast, dice) => {
    const tall = cast.at(1).kind === 'horse' || cast.at(1).kind === 'cow';
    const feeder = beside(cast.at(0), dice, 0, false, tall ? 'stand' : 'crouch', tall ? 'give' : 'point');
    const [x, y] = anchor(feeder.sketch, 'hand');
    const carrot =
      path(draw('M', x - 2, y - 3, 'L', x + 12, y, 'L', x - 2, y + 4, 'Z'), '#f08a35') +
      stroke(draw('M', x - 3, y, 'l', -5, -4, 'm', 5, 4, 'l', -6, 1), '#5c9a4b', 2);
    const animal = beside(cast.at(1), dice, x + 9, true);
    return [
      animal,
      feeder,
      prop(sketch(carrot, { ...standingBox(20, 8), top: y - 5, bottom: y + 5, left: x - 8, right: x + 12 })),
    ];
  },
  clauses: [
    '{0} feeds {1}',
    '{0} is feeding {1}',
    '{1} is fed by {0}',
    '{0} gives a carrot to {1}',
    '{1} gets a carrot from {0}',
  ],
  phrases: ['{0} feeding {1}', '{1} eating a carrot from the hand of {0}', '{0} with a carrot for {1}'],
};

const build: SceneEvent = {
  name: 'build',
  slots: [PEOPLE, ['snowman']],
  where: 'snow',
  arrange: (cast, dice) => {
    const builder = beside(cast.at(0), dice, 0, false, 'stand', 'push');
    return [beside(cast.at(1), dice, anchor(builder.sketch, 'hand')[0] - 8, false), builder];
  },
  clauses: ['{0} builds {1}', '{0} is building {1}', '{0} makes {1}', '{1} is built by {0}'],
  phrases: ['{0} building {1}', '{0} making {1}', '{1} built by {0}'],
};

/** Something goes from one to the other. */
export const DEALING: readonly SceneEvent[] = [give, throwTo, feed, build];
