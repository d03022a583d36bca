import { type Entity, isPerson, type Kind, type Outfit, type PersonKind } from '../cast/index.ts';
import { COLOURS, type Colour, type Dice } from '../drawing/index.ts';
import { PLACES, type PlaceName } from '../places/index.ts';
import { coloursOf } from './colours.ts';
import type { SceneEvent, Where } from './event.ts';
import { INDOORS, OUTDOORS, SELDOM } from './kinds.ts';

/** Whether an event can happen in a place. */
export function happensIn(where: Where, place: PlaceName): boolean {
  switch (where) {
    case 'anywhere':
      return true;
    case 'outdoors':
      return !PLACES[place].indoor;
    case 'deep':
      return place !== 'lake';
    case 'afloat':
      return place === 'lake';
    case 'snow':
      return place === 'snow';
  }
}

function stands(kind: Kind, place: PlaceName, where: Where): boolean {
  if (kind === 'snowman') return place === 'snow';
  if (kind === 'boat') return where === 'afloat' || place === 'beach';
  return !(PLACES[place].indoor ? OUTDOORS : INDOORS).includes(kind);
}

/** The entities of an event's slots, of kinds not yet used; undefined where a slot finds none. */
export function castEvent(
  event: SceneEvent,
  place: PlaceName,
  used: readonly Entity[],
  dice: Dice,
): Entity[] | undefined {
  const cast: Entity[] = [];
  for (const kinds of event.slots) {
    const others = [...used, ...cast];
    const free = kinds.filter(
      (kind) =>
        stands(kind, place, event.where) &&
        coloursOf(kind, place).length > 0 &&
        others.every((other) => other.kind !== kind),
    );
    if (free.length === 0) return undefined;
    const seldom = free.filter((kind) => SELDOM.includes(kind));
    cast.push(makeEntity(dice.pick([...free, ...seldom, ...seldom]), place, others, dice));
  }
  return cast;
}

function makeEntity(kind: Kind, place: PlaceName, others: readonly Entity[], dice: Dice): Entity {
  const all = coloursOf(kind, place);
  const taken = others.map((other) => other.colour);
  const fresh = all.filter((colour) => !taken.includes(colour));
  const colour = dice.pick(fresh.length > 0 ? fresh : all);
  return {
    id: others.length,
    kind,
    colour,
    size: undefined,
    outfit: isPerson(kind) ? outfit(kind, colour, dice) : undefined,
  };
}

function outfit(kind: PersonKind, shirt: Colour, dice: Dice): Outfit {
  const female = kind === 'woman' || kind === 'girl';
  const other = (): Colour => dice.pick(COLOURS.filter((colour) => colour !== shirt));
  const garment = female && dice.chance(0.55) ? 'dress' : 'shirt';
  const told = dice.below(5);
  return {
    garment,
    striped: dice.chance(0.16),
    trousers: other(),
    shorts: (kind === 'boy' || kind === 'girl') && dice.chance(0.4),
    hat: told === 0 ? other() : undefined,
    trousersTold: told === 1 && garment === 'shirt',
    skin: dice.below(6),
    hair: dice.below(8),
    style: dice.below(6),
    shoe: dice.below(5),
    shade: dice.below(3),
  };
}
