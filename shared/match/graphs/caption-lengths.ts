import { AppError } from '../../errors/index.ts';
import type { CaptionGraph } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';

/** The most words of a caption that the fused matchers take. */
const MOST_WORDS = 64;

/**
 * L of every caption.
 * @throws AppError `shape_mismatch` for one whose nodes are no whole words, or too many
 */
export function captionLengths(captions: readonly CaptionGraph[], { jointSize }: ModelConfig): number[] {
  return captions.map(({ words }, index) => {
    const length = words.length / jointSize;
    if (!Number.isInteger(length) || length < 1 || length > MOST_WORDS) {
      throw new AppError(
        'shape_mismatch',
        `caption ${index} has ${words.length} node numbers, expected [L, ${jointSize}] with L from 1 to ${MOST_WORDS}`,
      );
    }
    return length;
  });
}
