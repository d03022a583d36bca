export { ALONE } from './alone.ts';
export { HOLDING } from './holding.ts';
export { MOVING } from './moving.ts';
export { SEATED } from './seated.ts';
export { TOGETHER } from './together.ts';
export { WATER } from './water.ts';
