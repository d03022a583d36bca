import type { PairScores } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';

/** Numbers of captions, and of scores, that are in the kernel's memory at once; scores are copied out in one go. */
const CAPTION_FLOATS = 2 ** 24;
const SCORE_FLOATS = 2 ** 20;

/** Groups of captions whose records and scores are in memory at once. */
export function scoreSpans(
  lengths: readonly number[],
  images: number,
  { jointSize }: ModelConfig,
): { readonly start: number; readonly end: number }[] {
  const spans: { start: number; end: number }[] = [];
  let floats = 0;
  for (const [index, length] of lengths.entries()) {
    const last = spans.at(-1);
    const full = floats + length * jointSize > CAPTION_FLOATS;
    if (last === undefined || full || (index - last.start) * images >= SCORE_FLOATS) {
      spans.push({ start: index, end: index + 1 });
      floats = 0;
    } else last.end = index + 1;
    floats += length * jointSize;
  }
  return spans;
}

/** Writes scores of a group of captions, `[images, width]`, to their columns from `first` on. */
export function placeScores(
  part: Pick<PairScores, 'imageToText' | 'textToImage'>,
  width: number,
  whole: PairScores,
  first: number,
): void {
  for (let row = 0; row < whole.images; row++) {
    const [from, to] = [row * width, row * whole.captions + first];
    whole.imageToText.set(part.imageToText.subarray(from, from + width), to);
    whole.textToImage.set(part.textToImage.subarray(from, from + width), to);
  }
}
