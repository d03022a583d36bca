import type { Placement } from './placement.ts';

/** Parameters of a dispatch of the matching shader, in the order of its uniform; all are u32. */
export const WORK_FIELDS = [
  /** The first of its pairs, among those of all images and the captions of the run. */
  'first',
  'count',
  /** The first caption of the run in the table of captions, and how many there are. */
  'caption',
  'captions',
  /** Offset of its scores, in pairs. */
  'output',
  /** If not 0: behind the scores of all pairs, the node scores and attentions of each pair take this many floats. */
  'evidence',
  /** Floats of scratch for each workgroup. */
  'scratch',
  'word_parts',
  'region_parts',
  'matches',
  'scales',
  'node_scores',
  'word_attention',
  'region_attention',
  'products',
  'word_norms',
  'region_norms',
  'projected',
  'gathered',
] as const;

export const WORK_BYTES = 16 * Math.ceil(WORK_FIELDS.length / 4);

/**
 * Pairs of one dispatch: pair p is row `p / captions` of the table of images with caption `caption + p % captions`, or
 * with the caption that many rows further on if the row says so.
 */
export interface PairRange {
  readonly first: number;
  readonly count: number;
  readonly caption: number;
  readonly captions: number;
  readonly output: number;
  /** Floats of the evidence of a pair, if requested. */
  readonly evidence?: number;
}

/** The uniform of a dispatch. */
export function packWork(range: PairRange, placement: Placement): Uint32Array<ArrayBuffer> {
  const values = {
    ...range,
    evidence: range.evidence ?? 0,
    ...placement.offsets,
    scratch: placement.scratch,
    word_parts: placement.wordParts,
    region_parts: placement.regionParts,
  };
  const packed = new Uint32Array(WORK_BYTES / 4);
  packed.set(WORK_FIELDS.map((name) => values[name]));
  return packed;
}
