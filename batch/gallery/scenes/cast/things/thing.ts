import type { Sketch, Tone } from '../../drawing/index.ts';
import type { ThingKind } from '../entity.ts';
import { bench, chair, lamp, sofa, table } from './furniture.ts';
import { apple, boat, cake, house, tree, umbrella } from './outdoors.ts';
import { bicycle, car, guitar } from './rides.ts';
import { ball, balloon, bear, book, drum, kite, skateboard, snowman } from './toys.ts';
import { bag, basket, box, bucket, cup, pot } from './vessels.ts';

const DRAWERS: Readonly<Record<ThingKind, (tone: Tone) => Sketch>> = {
  ball,
  box,
  chair,
  table,
  bench,
  sofa,
  lamp,
  tree,
  house,
  car,
  bicycle,
  boat,
  umbrella,
  kite,
  balloon,
  book,
  guitar,
  cup,
  pot,
  basket,
  bucket,
  skateboard,
  bag,
  cake,
  bear,
  drum,
  snowman,
  apple,
};

export function drawThing(kind: ThingKind, tone: Tone): Sketch {
  return DRAWERS[kind](tone);
}
