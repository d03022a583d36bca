import { makeWordSum, readDescription, type StoredWordSum } from '../../shared/retrieval/index.ts';
import type { CaptionedPhotos } from './captioned-photos.ts';
import { scaledToHalves } from './photo-word-sum.ts';
import type { PhotoRecallRecipe } from './recipe.ts';
import { DESCRIPTION_SIZE } from './training-photos.ts';
import { captionRows, vectorSum, type WordTable } from './word-table.ts';

/**
 * Labels: the most probable classes of a photograph, as the vectors of their names; of a text the vectors of its words.
 * Captions give only the means, so that it finds what none of them names.
 *
 * @param names those of the classes, in order.
 */
export function fitLabels(
  photos: CaptionedPhotos,
  table: WordTable,
  names: readonly string[],
  { classes }: PhotoRecallRecipe['labels'],
): StoredWordSum {
  const k = table.size;
  const parts = [{ read: 'largest', from: 2912, to: DESCRIPTION_SIZE, count: classes } as const];
  const projection = new Float64Array(k * names.length);
  for (const [label, name] of names.entries()) {
    const sum = vectorSum(table, captionRows(table, name));
    const length = Math.hypot(...sum) || 1;
    for (let d = 0; d < k; d++) projection[d * names.length + label] = (sum[d] as number) / length;
  }
  const imageOffset = new Float64Array(k);
  for (let photo = 0; photo < photos.count; photo++) {
    const whole = photos.whole.subarray(photo * photos.size, (photo + 1) * photos.size);
    const shares = readDescription({ size: photos.size, parts: [...parts] }, whole);
    for (const [label, share] of shares.entries()) {
      if (share === 0) continue;
      for (let d = 0; d < k; d++) {
        const value = (projection[d * names.length + label] as number) * share;
        imageOffset[d] = (imageOffset[d] as number) + value / photos.count;
      }
    }
  }
  const texts = photos.captions.flat();
  const textOffset = new Float64Array(k);
  for (const text of texts) {
    const sum = vectorSum(table, captionRows(table, text));
    for (let d = 0; d < k; d++) {
      textOffset[d] = (textOffset[d] as number) + (sum[d] as number) / texts.length;
    }
  }
  // Pairs have no vectors.
  const words = table.words.filter((word) => !word.includes(' '));
  const rows = new Float32Array(words.length * k);
  for (const [at, word] of words.entries()) {
    const row = table.rowOf.get(word) ?? 0;
    rows.set(table.vectors.subarray(row * k, (row + 1) * k), at * k);
  }
  return makeWordSum(
    scaledToHalves({
      dimensions: k,
      size: DESCRIPTION_SIZE,
      parts,
      words,
      skipped: [],
      projection,
      imageOffset,
      rows,
      textOffset,
    }),
  );
}
