import type { Entity } from '../cast/index.ts';
import type { PlaceName } from '../places/index.ts';
import { coloursOf } from './colours.ts';

/** What two entities become when they exchange an attribute; both may be the same one. */
type Exchange = readonly (readonly [Entity, Entity])[];

/** All exchanges of colours and sizes within a cast that can be drawn in a place and said in the same words. */
export function attributeExchanges(cast: readonly Entity[], place: PlaceName): Exchange[] {
  const pairs = cast.flatMap((first, index) =>
    cast.slice(index + 1).map((second) => [first, second] as const),
  );
  return [
    ...pairs
      .filter(([first, second]) => coloursExchange(first, second, place))
      .map(([first, second]) => exchangedColours(first, second)),
    ...pairs
      .filter(([first, second]) => first.size !== second.size && bothSized(first, second))
      .map(([first, second]) => exchangedSizes(first, second)),
    ...cast.flatMap(exchangedClothes),
  ];
}

/** The cast with the entities of an exchange replaced. */
export function applyExchange(cast: readonly Entity[], exchange: Exchange): Entity[] {
  return cast.map((entity) => exchange.find(([before]) => before === entity)?.[1] ?? entity);
}

function coloursExchange(first: Entity, second: Entity, place: PlaceName): boolean {
  return (
    first.colour !== second.colour &&
    coloursOf(first.kind, place).includes(second.colour) &&
    coloursOf(second.kind, place).includes(first.colour) &&
    (articleMeetsColour(first) === articleMeetsColour(second) ||
      (first.colour !== 'orange' && second.colour !== 'orange'))
  );
}

/** Whether the colour follows the article, which `orange` alone turns into `an`. */
function articleMeetsColour(entity: Entity): boolean {
  return entity.size === undefined || entity.kind === 'snowman';
}

function exchangedColours(first: Entity, second: Entity): Exchange {
  return [
    [first, { ...first, colour: second.colour }],
    [second, { ...second, colour: first.colour }],
  ];
}

function bothSized(first: Entity, second: Entity): boolean {
  return first.size !== undefined && second.size !== undefined;
}

function exchangedSizes(first: Entity, second: Entity): Exchange {
  return [
    [first, { ...first, size: second.size }],
    [second, { ...second, size: first.size }],
  ];
}

/** A person's shirt or dress takes the colour of the hat or of the trousers, and the other way round. */
function exchangedClothes(person: Entity): Exchange[] {
  const { outfit, colour } = person;
  if (outfit?.hat !== undefined) {
    return [[[person, { ...person, colour: outfit.hat, outfit: { ...outfit, hat: colour } }]]];
  }
  if (outfit?.trousersTold !== true || colour === 'orange' || outfit.trousers === 'orange') return [];
  return [[[person, { ...person, colour: outfit.trousers, outfit: { ...outfit, trousers: colour } }]]];
}
