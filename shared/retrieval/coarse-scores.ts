import type { CoarseHead, CoarseImageInput, CoarseTextInput } from './coarse-head.ts';

/** The coarse cosines of every image with every sentence, `[images, texts]` row-major. */
export function coarseScores(
  head: CoarseHead,
  images: readonly CoarseImageInput[],
  texts: readonly CoarseTextInput[],
): Float32Array {
  const columns = texts.map((text) => head.textVector(text));
  const out = new Float32Array(images.length * columns.length);
  let at = 0;
  for (const image of images) {
    const row = head.imageVector(image);
    for (const column of columns) {
      let sum = 0;
      for (let d = 0; d < row.length; d++) sum += (row[d] as number) * (column[d] as number);
      out[at++] = sum;
    }
  }
  return out;
}
