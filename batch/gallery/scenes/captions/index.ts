export { describe } from './captions.ts';
