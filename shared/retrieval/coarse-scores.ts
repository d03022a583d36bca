import type { RecallEncoder, RecallImage, RecallText } from './recall-encoder.ts';

/** The coarse scores of every image with every text, `[images, texts]`, row-major. */
export async function coarseScores(
  encoder: RecallEncoder,
  images: readonly RecallImage[],
  texts: readonly RecallText[],
): Promise<Float32Array> {
  const columns = await encoder.encodeTexts(texts);
  const rows = await encoder.encodeImages(images);
  const out = new Float32Array(rows.length * columns.length);
  let at = 0;
  for (const row of rows) {
    for (const column of columns) {
      let sum = 0;
      for (let d = 0; d < row.length; d++) sum += (row[d] as number) * (column[d] as number);
      out[at++] = sum;
    }
  }
  return out;
}
