import { float16BitsToFloat32, float32ToFloat16Bits } from '../../shared/formats/float16.ts';
import type { ImageGraph } from '../../shared/model/index.ts';
import { type CaptionImages, rankImages, recallMetrics } from '../../shared/retrieval/index.ts';

/** A way to store a node in memory or on disk. */
export interface NodeCoding {
  readonly name: string;
  readonly bytesPerNumber: number;
  /** The result of writing and reading. */
  roundTrip(nodes: Float32Array): Float32Array;
}

/** The codings that were compared: those of the node store, and eight bits with a scale for each node. */
export const CODINGS: readonly NodeCoding[] = [
  { name: 'float32', bytesPerNumber: 4, roundTrip: (nodes) => nodes },
  {
    name: 'float16',
    bytesPerNumber: 2,
    roundTrip: (nodes) => float16BitsToFloat32(float32ToFloat16Bits(nodes)),
  },
];

/** An eight-bit coding with one scale for each row of `rowSize` numbers. */
export function rowInt8(rowSize: number): NodeCoding {
  return {
    name: 'int8, one scale for each node',
    bytesPerNumber: 1 + 4 / rowSize,
    roundTrip: (nodes) => {
      const out = new Float32Array(nodes.length);
      for (let row = 0; row < nodes.length; row += rowSize) {
        let largest = 0;
        for (let d = 0; d < rowSize; d++) largest = Math.max(largest, Math.abs(nodes[row + d] as number));
        const scale = largest / 127;
        for (let d = 0; d < rowSize; d++) {
          out[row + d] = scale === 0 ? 0 : Math.round((nodes[row + d] as number) / scale) * scale;
        }
      }
      return out;
    },
  };
}

/** Images whose nodes went through a coding. */
export function codedImages(images: readonly ImageGraph[], coding: NodeCoding): ImageGraph[] {
  return images.map(({ nodes, boxes }) => ({ nodes: coding.roundTrip(nodes), boxes }));
}

/** How far the ranks from coded nodes are from those in float32. */
export interface RankAgreement {
  /** Share of captions whose first image is the same, in percent. */
  readonly sameFirst: number;
  /** Images that are in both first tens, in percent. */
  readonly topTen: number;
  /** Largest difference of a score. */
  readonly largestDifference: number;
  /** Text to image recall@K in percent. */
  readonly recalls: readonly [r1: number, r5: number, r10: number];
}

/** Compares two similarity matrices `[images, captions]`. */
export function rankAgreement(
  exact: Float32Array,
  coded: Float32Array,
  images: number,
  captionImages: CaptionImages,
): RankAgreement {
  const captions = captionImages.length;
  let [same, shared, largest] = [0, 0, 0];
  const depth = Math.min(10, images);
  for (let caption = 0; caption < captions; caption++) {
    const expected = rankImages(exact, images, captions, caption);
    const found = rankImages(coded, images, captions, caption);
    if (expected[0] === found[0]) same++;
    const ten = new Set(expected.slice(0, depth));
    shared += found.slice(0, depth).filter((image) => ten.has(image)).length;
  }
  for (const [pair, score] of exact.entries()) {
    largest = Math.max(largest, Math.abs(score - (coded[pair] as number)));
  }
  const { r1, r5, r10 } = recallMetrics(coded, images, captionImages).textToImage;
  return {
    sameFirst: (100 * same) / captions,
    topTen: (100 * shared) / (captions * depth),
    largestDifference: largest,
    recalls: [r1, r5, r10],
  };
}
