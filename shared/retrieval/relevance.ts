import type { Calibration, Match, QueryWord, RelevanceCurve } from '../schema/index.ts';
import { isFunctionWord } from '../text/understanding/function-words.ts';
import { isMark } from '../text/understanding/negation.ts';

/** What a query says of its answers before anything is compared. */
export interface QueryTraits {
  /** Short: at most two words besides articles and such, which recall encoders read word by word. */
  readonly length: 'short' | 'long';
  /** Of its content words, those that the model does not know, as a share of 1. */
  readonly unknownShare: number;
}

/** Words of a short query, at most. */
const SHORT = 2;
/** Words that do not make a query longer; a preposition does: `woman in shirt` is read as a sentence. */
const WITHOUT_LENGTH: ReadonlySet<string> = new Set(['a', 'an', 'the', 'is', 'are', 'of', 'and']);

/** The traits of a query by its words: without marks, function words and what it denies. */
export function queryTraits(words: readonly QueryWord[]): QueryTraits {
  const meant = words.filter(({ text, negated }) => negated === undefined && !isMark(text));
  const content = meant.filter(({ text }) => !isFunctionWord(text.toLowerCase()));
  const lengthening = meant.filter(({ text }) => !WITHOUT_LENGTH.has(text.toLowerCase()));
  // A word that is only near in meaning finds images, but not what was asked for.
  const unknown = content.filter(
    ({ known, as, by }) => !known && (as === undefined || by === 'meaning'),
  ).length;
  return {
    length: lengthening.length <= SHORT ? 'short' : 'long',
    unknownShare: content.length === 0 ? 0 : unknown / content.length,
  };
}

/** Which stage gave a score. */
export type ScoredBy = Exclude<keyof Calibration, 'images'>;

/** The probability that an image with this score fits a query, 0 to 1; it grows with the score. */
export function relevance(
  calibration: Calibration,
  by: ScoredBy,
  { length, unknownShare }: QueryTraits,
  score: number,
): number {
  const curve = calibration[by][length];
  return curveAt(curve, score, unknownShare);
}

/** A curve's probability. */
export function curveAt(
  curve: Pick<RelevanceCurve, 'intercept' | 'score' | 'unknownShare' | 'anyUnknown'>,
  score: number,
  unknownShare: number,
): number {
  const any = unknownShare > 0 ? curve.anyUnknown : 0;
  const logit = curve.intercept + curve.score * score + curve.unknownShare * unknownShare + any;
  return 1 / (1 + Math.exp(-logit));
}

/**
 * What an answer says, by the score of its best image. Of more images the best one has a higher score, whether it fits or not: as much
 * higher as the index is larger than the images of the calibration is taken off.
 *
 * @param images of the index.
 */
export function matchOf(
  calibration: Calibration,
  by: ScoredBy,
  traits: QueryTraits,
  best: { readonly score: number; readonly images: number },
): Match {
  const { weak, none, growth } = calibration[by][traits.length];
  const larger = Math.log(Math.max(1, best.images) / calibration.images);
  const likely = relevance(calibration, by, traits, best.score - growth * larger);
  if (likely < none) return 'none';
  return likely < weak ? 'weak' : 'good';
}
