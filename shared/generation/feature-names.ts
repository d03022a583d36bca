import type { FeatureIdentity } from '../schema/index.ts';
import { canonicalJson } from './canonical-json.ts';

/** Whether both name the same feature source, or neither names one. */
export function sameFeatures(one: FeatureIdentity | undefined, other: FeatureIdentity | undefined): boolean {
  return canonicalJson(one ?? null) === canonicalJson(other ?? null);
}

/** What messages call features. */
export function featuresName(features: FeatureIdentity | undefined): string {
  if (features === undefined) return 'features of an unnamed source';
  const { source, version, regions, featureSize, weights } = features;
  const of = weights === undefined ? '' : `, weights ${weights.slice(0, 8)}`;
  return `features of "${source}" version ${version} (${regions} regions of ${featureSize} numbers${of})`;
}
