export { ALONE } from './alone.ts';
export { DEALING } from './dealing.ts';
export { GOING } from './going.ts';
export { HOLDING } from './holding.ts';
export { MINDING } from './minding.ts';
export { MOVING } from './moving.ts';
export { SEATED } from './seated.ts';
export { WATER } from './water.ts';
