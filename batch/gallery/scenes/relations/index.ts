export { DEPTH } from './depth.ts';
export { ROWS } from './rows.ts';
export { SUPPORT } from './support.ts';
