import { isPerson, type Kind } from '../cast/index.ts';
import { COLOURS, type Colour } from '../drawing/index.ts';
import { PLACES, type PlaceName } from '../places/index.ts';

const COATS: readonly Colour[] = ['brown', 'black', 'white'];

/** The colours of what does not come in all ten. */
const OWN_COLOURS: Readonly<Partial<Record<Kind, readonly Colour[]>>> = {
  dog: ['brown', 'black', 'white', 'orange'],
  cat: ['brown', 'black', 'white', 'orange'],
  horse: COATS,
  cow: COATS,
  sheep: COATS,
  rabbit: ['brown', 'black', 'white', 'orange'],
  duck: ['yellow', 'white', 'brown', 'green', 'black'],
  bird: ['red', 'blue', 'yellow', 'orange', 'purple', 'black'],
  fish: ['red', 'orange', 'yellow', 'purple', 'pink'],
  tree: ['green', 'orange', 'yellow', 'red', 'pink'],
  apple: ['red', 'green', 'yellow'],
  basket: ['brown', 'yellow', 'white', 'red'],
  guitar: ['brown', 'red', 'yellow', 'black', 'white', 'orange', 'blue'],
  bear: ['brown', 'white', 'pink', 'orange', 'blue'],
  cake: ['pink', 'white', 'brown', 'yellow', 'green', 'purple'],
  lamp: ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'white'],
  snowman: ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink'],
};

/** The colours that a kind comes in and that stand out before a place. Trees stand before the sky. */
export function coloursOf(kind: Kind, place: PlaceName): readonly Colour[] {
  const own = OWN_COLOURS[kind] ?? COLOURS;
  if (kind === 'tree' || isPerson(kind)) return own;
  return own.filter((colour) => !PLACES[place].clashes.includes(colour));
}
