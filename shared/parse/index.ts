export { type AttachmentScores, attachmentScores } from './attachment-scores.ts';
export { captionDependencies } from './caption-dependencies.ts';
export { type DependencyTree, isTree } from './dependency-tree.ts';
export { MOST_WORDS, type Parser } from './parser.ts';
export {
  DIRECTIONS,
  LAYERS,
  LEAK,
  type ParserConfig,
  tensorShapes,
} from './parser-config.ts';
export { readParser, writeParser } from './parser-file.ts';
export type { ParserModel } from './parser-model.ts';
export { createSimdParser } from './simd/simd-parser.ts';
export { maximumSpanningTree } from './spanning-tree.ts';
export {
  FEATURES,
  type Feature,
  type FeatureEntries,
  type FeatureRows,
  featureKey,
  featureLookup,
  normalizedWord,
  ROOT_ROWS,
  UNKNOWN_ROW,
} from './word-features.ts';
