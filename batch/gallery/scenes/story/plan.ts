import { AppError } from '../../../../shared/errors/index.ts';
import { ALONE, DEALING, GOING, HOLDING, MINDING, MOVING, SEATED, WATER } from '../actions/index.ts';
import { type Entity, isPerson } from '../cast/index.ts';
import { Dice, unionBox } from '../drawing/index.ts';
import { type Hour, PLACE_NAMES, PLACES, type PlaceName } from '../places/index.ts';
import { DEPTH, ROWS, SUPPORT } from '../relations/index.ts';
import { castEvent, happensIn } from './casting.ts';
import type { Cast, SceneEvent } from './event.ts';

/** An event and who takes part, by slot. */
export interface PlannedEvent {
  readonly event: SceneEvent;
  readonly cast: readonly Entity[];
  readonly mirrored: boolean;
}

/** All that an image shows and its captions may say. The first event is the main one. */
export interface Plan {
  readonly place: PlaceName;
  readonly hour: Hour;
  readonly events: readonly PlannedEvent[];
}

export const MAIN_EVENTS = [
  ...HOLDING,
  ...GOING,
  ...MOVING,
  ...SEATED,
  ...DEALING,
  ...MINDING,
  ...WATER,
  ...SUPPORT,
  ...ROWS,
  ...DEPTH,
];
export const SIDE_EVENTS = [...ALONE, ...HOLDING, ...SEATED, ...WATER];

/** Groups together are at most this wide, so that they need not be drawn too small. */
const MOST_WIDTH = 400;

/** The entity of each slot. */
export function castOf(entities: readonly Entity[]): Cast {
  return {
    at: (slot) => {
      const entity = entities[slot];
      if (entity === undefined) throw new AppError('internal', `nobody was cast for slot ${slot}`);
      return entity;
    },
  };
}

/** Makes up a scene: where, when, the main event and up to two others. */
export function planScene(dice: Dice): Plan {
  const event = dice.pick(MAIN_EVENTS);
  const places = PLACE_NAMES.filter((name) => happensIn(event.where, name));
  // Some things stand in rooms alone, and there are nine places outside.
  const place = places.includes('room') && dice.chance(0.2) ? 'room' : dice.pick(places);
  const cast = castEvent(event, place, [], dice);
  // A slot may find nothing that stands in this place; then another scene is made up.
  if (cast === undefined) return planScene(dice);
  const events: PlannedEvent[] = [
    { event, cast: event.sizes === true ? sized(cast, dice) : cast, mirrored: mirrors(event, dice) },
  ];
  const companions = dice.pick([0, 0, 1, 1, 1, 2]);
  for (let tries = 0; events.length <= companions && tries < 8; tries++) {
    const companion = planCompanion(events, place, dice);
    if (companion !== undefined) events.push(companion);
  }
  return { place, hour: PLACES[place].evenings && dice.chance(0.3) ? 'evening' : 'day', events };
}

function planCompanion(
  events: readonly PlannedEvent[],
  place: PlaceName,
  dice: Dice,
): PlannedEvent | undefined {
  const event = dice.pick(SIDE_EVENTS.filter((side) => happensIn(side.where, place)));
  const used = events.flatMap((planned) => planned.cast);
  const cast = castEvent(event, place, used, dice);
  if (cast === undefined || used.length + cast.length > 6) return undefined;
  const companion = { event, cast, mirrored: mirrors(event, dice) };
  const width = [...events, companion].reduce((sum, planned) => sum + groupWidth(planned), 0);
  return width <= MOST_WIDTH ? companion : undefined;
}

function mirrors(event: SceneEvent, dice: Dice): boolean {
  return event.handed !== true && dice.chance(0.5);
}

/** The width of an event's group in units, about. */
function groupWidth({ event, cast }: PlannedEvent): number {
  const box = unionBox(event.arrange(castOf(cast), Dice.of(1)).map((part) => part.sketch.box));
  return box.right - box.left;
}

/** Sometimes makes one of two things or animals big and the other small. */
function sized(cast: readonly Entity[], dice: Dice): Entity[] {
  const free = cast.filter((entity) => !isPerson(entity.kind));
  if (free.length < 2 || !dice.chance(0.45)) return [...cast];
  const [big, small] = dice.some(free, 2);
  return cast.map((entity) => {
    if (entity === big) return { ...entity, size: 'big' };
    return entity === small ? { ...entity, size: 'small' } : entity;
  });
}
