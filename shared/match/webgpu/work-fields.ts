import { quads } from './layouts.ts';
import type { Placement } from './placement.ts';

/** Parameters of a dispatch of both matching shaders, in the order of its uniform; all are u32. */
const WORK_FIELDS = [
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
  /** The first of its tiles. */
  'tile',
  /** The most quads of regions of an image and of words of a caption. */
  'region_quads',
  'word_quads',
  /** Quads of scratch for each pair. */
  'scratch',
  'word_parts',
  'region_parts',
  'matches',
  'scales',
  'node_scores',
  'word_attention',
  'region_attention',
  'word_norms',
  'region_norms',
  'projected',
  'gathered',
] as const;

/** WGSL of the uniform. */
export const WORK_STRUCT = `struct Work { ${WORK_FIELDS.map((name) => `${name}: u32`).join(', ')} }`;

/** Bytes of a uniform, as far as a binding may start from the next. */
export const WORK_BYTES = 256;

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
  /** Floats of the evidence of a pair; 0 if not requested. */
  readonly evidence: number;
  readonly tile: number;
}

/** The uniform of a dispatch, for pairs of at most this many regions and words. */
export function packWork(
  range: PairRange,
  { regions, words }: { readonly regions: number; readonly words: number },
  placement: Placement,
): Uint32Array<ArrayBuffer> {
  const values = {
    ...range,
    ...placement.offsets,
    region_quads: quads(regions),
    word_quads: quads(words),
    scratch: placement.scratch,
    word_parts: placement.wordParts,
    region_parts: placement.regionParts,
  };
  const packed = new Uint32Array(WORK_BYTES / 4);
  packed.set(WORK_FIELDS.map((name) => values[name]));
  return packed;
}
