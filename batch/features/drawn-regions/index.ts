export { extractRegions, REGION_COUNT, type Regions } from './extract-regions.ts';
export { FEATURE_COUNT } from './features/describe-region.ts';
