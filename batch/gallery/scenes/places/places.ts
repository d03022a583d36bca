import type { Colour } from '../drawing/index.ts';
import type { PaintPlace } from './backdrop.ts';
import { farm, meadow } from './fields.ts';
import { forest } from './forest.ts';
import { night } from './night.ts';
import { playground } from './playground.ts';
import { room } from './room.ts';
import { snow } from './snow.ts';
import { street } from './street.ts';
import { beach, lake } from './waterside.ts';

export const PLACE_NAMES = [
  'meadow',
  'forest',
  'snow',
  'farm',
  'night',
  'beach',
  'lake',
  'street',
  'playground',
  'room',
] as const;
export type PlaceName = (typeof PLACE_NAMES)[number];

export interface Place {
  readonly paint: PaintPlace;
  readonly indoor: boolean;
  /** Whether it also looks different in the evening. */
  readonly evenings: boolean;
  /** Colours that would not stand out before it. */
  readonly clashes: readonly Colour[];
  /** Where something happens, as captions say it. */
  readonly phrases: readonly string[];
}

export const PLACES: Readonly<Record<PlaceName, Place>> = {
  meadow: {
    paint: meadow,
    indoor: false,
    evenings: true,
    clashes: ['green'],
    phrases: ['in a meadow', 'on the grass', 'in a green field', 'in a grassy field'],
  },
  forest: {
    paint: forest,
    indoor: false,
    evenings: true,
    clashes: ['green', 'brown'],
    phrases: ['in the forest', 'in the woods', 'among the trees'],
  },
  snow: {
    paint: snow,
    indoor: false,
    evenings: true,
    clashes: ['white'],
    phrases: ['in the snow', 'on a snowy day', 'on the snow'],
  },
  farm: {
    paint: farm,
    indoor: false,
    evenings: true,
    clashes: [],
    phrases: ['on a farm', 'by a fence', 'in front of a barn'],
  },
  night: {
    paint: night,
    indoor: false,
    evenings: false,
    clashes: ['black', 'blue', 'purple'],
    phrases: ['at night', 'under the moon', 'under the stars'],
  },
  beach: {
    paint: beach,
    indoor: false,
    evenings: true,
    clashes: [],
    phrases: ['on the beach', 'at the beach', 'by the sea', 'on the sand'],
  },
  lake: {
    paint: lake,
    indoor: false,
    evenings: true,
    clashes: ['green'],
    phrases: ['by a lake', 'near the water', 'at the lake'],
  },
  street: {
    paint: street,
    indoor: false,
    evenings: true,
    clashes: [],
    phrases: ['on the street', 'in the city', 'in front of some buildings'],
  },
  playground: {
    paint: playground,
    indoor: false,
    evenings: true,
    clashes: [],
    phrases: ['on a playground', 'at the playground', 'in front of a slide'],
  },
  room: {
    paint: room,
    indoor: true,
    evenings: true,
    clashes: [],
    phrases: ['in a room', 'in the living room', 'inside', 'indoors'],
  },
};
