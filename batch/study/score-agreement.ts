import { type CaptionImages, recallMetrics } from '../../shared/retrieval/index.ts';

/** How far the ranks from one matrix of similarities are from those of another. */
export interface ScoreAgreement {
  /** Of captions, whose images are ranked. */
  readonly textToImage: DirectionAgreement;
  /** Of images, whose captions are ranked. */
  readonly imageToText: DirectionAgreement;
  /** Largest and root mean square difference of a similarity. */
  readonly largestDifference: number;
  readonly rootMeanSquare: number;
}

/** One direction, in percent. */
export interface DirectionAgreement {
  /** Queries whose first answer is the same. */
  readonly sameFirst: number;
  /** Answers that are in both first tens. */
  readonly topTen: number;
  /** R@1, R@5 and R@10 of the compared matrix. */
  readonly recalls: readonly [r1: number, r5: number, r10: number];
}

/**
 * Compares similarities with exact ones, both `[images, captions]`.
 *
 * @param captionImages the image of each caption.
 * @throws AppError `shape_mismatch`, `format_invalid` (scores that are not finite)
 */
export function scoreAgreement(
  exact: Float32Array,
  compared: Float32Array,
  images: number,
  captionImages: CaptionImages,
): ScoreAgreement {
  const recalls = recallMetrics(compared, images, captionImages);
  const captions = captionImages.length;
  const direction = (name: 'textToImage' | 'imageToText') => {
    const { r1, r5, r10 } = recalls[name];
    const [queries, answers] = name === 'textToImage' ? [captions, images] : [images, captions];
    const [query, answer] = name === 'textToImage' ? [1, captions] : [captions, 1];
    let [same, shared] = [0, 0];
    const depth = Math.min(10, answers);
    for (let index = 0; index < queries; index++) {
      const expected = firstAnswers(exact, index * query, answer, answers, depth);
      const found = firstAnswers(compared, index * query, answer, answers, depth);
      if (expected[0] === found[0]) same++;
      const among = new Set(expected);
      shared += found.filter((one) => among.has(one)).length;
    }
    return {
      sameFirst: (100 * same) / queries,
      topTen: (100 * shared) / (queries * depth),
      recalls: [r1, r5, r10],
    } satisfies DirectionAgreement;
  };
  let [largest, squares] = [0, 0];
  for (const [pair, score] of exact.entries()) {
    const difference = Math.abs(score - (compared[pair] as number));
    largest = Math.max(largest, difference);
    squares += difference * difference;
  }
  return {
    textToImage: direction('textToImage'),
    imageToText: direction('imageToText'),
    largestDifference: largest,
    rootMeanSquare: Math.sqrt(squares / exact.length),
  };
}

/** The `depth` answers with the highest scores, best first, equal ones ordered by number. */
function firstAnswers(
  scores: Float32Array,
  start: number,
  stride: number,
  count: number,
  depth: number,
): number[] {
  const score = (answer: number) => scores[start + answer * stride] as number;
  return Array.from({ length: count }, (_, answer) => answer)
    .sort((a, b) => score(b) - score(a) || a - b)
    .slice(0, depth);
}
