import { AppError } from '../../shared/errors/index.ts';
import type { FeatureSource } from './feature-source.ts';

/** Every feature source by its id; its code is loaded when it is opened. */
export const FEATURE_SOURCES: Readonly<Record<string, () => Promise<FeatureSource>>> = {
  'drawn-regions': async () => (await import('./drawn-regions/drawn-regions.ts')).drawnRegions,
  'photo-regions': async () => (await import('./photo-regions/photo-regions.ts')).openPhotoRegions(),
};

/**
 * Loads a feature source.
 *
 * @throws AppError `argument_invalid` for an id that is not known.
 */
export async function openFeatureSource(id: string): Promise<FeatureSource> {
  const open = Object.hasOwn(FEATURE_SOURCES, id) ? FEATURE_SOURCES[id] : undefined;
  if (open !== undefined) return open();
  throw new AppError('argument_invalid', `there is no feature source "${id}"`, {
    hint: `the known ones are ${Object.keys(FEATURE_SOURCES).join(', ')}`,
  });
}
