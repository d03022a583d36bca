export { RELATIONS } from './relations.ts';
