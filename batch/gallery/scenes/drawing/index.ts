export { Dice } from './dice.ts';
export * from './ink.ts';
export * from './sketch.ts';
export * from './tones.ts';
