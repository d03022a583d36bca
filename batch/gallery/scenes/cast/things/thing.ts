import type { Sketch, Tone } from '../../drawing/index.ts';
import type { ThingKind } from '../entity.ts';
import { apple, book, cake, umbrella } from './carried.ts';
import { bicycle, skateboard } from './cycles.ts';
import { bench, chair, lamp, sofa, table } from './furniture.ts';
import { house, tree } from './landmarks.ts';
import { drum, guitar } from './music.ts';
import { ball, balloon, bear, kite } from './toys.ts';
import { boat, car } from './vehicles.ts';
import { bag, basket, box, bucket, cup, pot } from './vessels.ts';
import { snowman } from './winter.ts';

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
