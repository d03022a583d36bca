export { drawnRegions } from './source.ts';
