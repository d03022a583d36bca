export { type Backdrop, HEIGHT, type Hour, WIDTH } from './backdrop.ts';
export { PLACE_NAMES, PLACES, type Place, type PlaceName } from './places.ts';
