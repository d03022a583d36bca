export { at, l2, linear, type Matrix, range, reader, rows, sum } from './matrices.ts';
export { plainPair } from './plain-pair.ts';
export { createReferenceMatcher } from './reference-matcher.ts';
