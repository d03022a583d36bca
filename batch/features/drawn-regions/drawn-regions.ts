import type { FeatureSource } from '../feature-source.ts';
import { extractRegions, REGION_COUNT } from './extract-regions.ts';
import { FEATURE_COUNT } from './features/describe-region.ts';

/** The source of the built-in gallery: made for drawings in flat colours (docs/gallery-features.md). */
export const drawnRegions = {
  id: 'drawn-regions',
  version: 2,
  regions: REGION_COUNT,
  featureSize: FEATURE_COUNT,
  extract: async ({ rgb, width, height }) => extractRegions(rgb, width, height),
} as const satisfies FeatureSource;
