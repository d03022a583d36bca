export type {
  CaptionEncoder,
  CaptionList,
  Encoder,
  ListScores,
  Matcher,
  PreparedImages,
  WorkOptions,
} from './engine.ts';
export type { CaptionGraph, Dependencies, ImageGraph, PairEvidence, PairScores } from './graphs.ts';
export { emptyScores } from './graphs.ts';
export { assertImageFeatures } from './image-features.ts';
export { assertNotAborted, yieldToEventLoop } from './long-work.ts';
export {
  assertParameters,
  type Parameter,
  type Parameters,
  parameter,
  parameterShapes,
  TEXT_PARAMETERS,
} from './parameters.ts';
export { scoreListsInTurn } from './score-lists.ts';
export { assertWordIds } from './word-ids.ts';
