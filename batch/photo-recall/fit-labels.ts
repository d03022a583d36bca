import { makeWordSum, readDescription, type StoredWordSum } from '../../shared/retrieval/index.ts';
import { WHOLE_PARTS, WHOLE_SIZE } from '../features/photo-regions/photo-network.ts';
import type { CaptionedPhotos } from './captioned-photos.ts';
import type { DistilledWords } from './distil-words.ts';
import { scaledToHalves } from './photo-word-sum.ts';
import type { PhotoRecallRecipe } from './recipe.ts';
import { captionRows, SKIPPED_WORDS, vectorSum } from './word-table.ts';

/**
 * Labels: the most probable classes of a photograph, as the vectors of their names; of a text the vectors of its words.
 * Captions give only the means, so that it finds what none of them names.
 */
export function fitLabels(
  photos: CaptionedPhotos,
  { table, names }: DistilledWords,
  { classes, dimensions }: PhotoRecallRecipe['labels'],
): StoredWordSum {
  const k = Math.min(dimensions, table.size);
  const parts = [{ read: 'largest', ...WHOLE_PARTS.classes, count: classes } as const];
  const labels = WHOLE_PARTS.classes.to - WHOLE_PARTS.classes.from;
  const projection = new Float64Array(k * labels);
  for (let label = 0; label < labels; label++) {
    for (let d = 0; d < k; d++) projection[d * labels + label] = names[label * table.size + d] as number;
  }
  const imageOffset = new Float64Array(k);
  for (let photo = 0; photo < photos.count; photo++) {
    const whole = photos.whole.subarray(photo * photos.size, (photo + 1) * photos.size);
    const shares = readDescription({ size: photos.size, parts: [...parts] }, whole);
    for (const [label, share] of shares.entries()) {
      if (share === 0) continue;
      for (let d = 0; d < k; d++) {
        const value = (projection[d * labels + label] as number) * share;
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
  const rows = new Float32Array(table.words.length * k);
  for (const row of table.words.keys()) {
    rows.set(table.vectors.subarray(row * table.size, row * table.size + k), row * k);
  }
  return makeWordSum(
    scaledToHalves({
      dimensions: k,
      size: WHOLE_SIZE,
      parts,
      words: table.words,
      skipped: SKIPPED_WORDS,
      projection,
      imageOffset,
      rows,
      textOffset,
    }),
  );
}
