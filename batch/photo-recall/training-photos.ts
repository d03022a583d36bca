import {
  type DescriptionPart,
  fitPrincipalParts,
  type PrincipalParts,
  principalComponents,
  readDescription,
} from '../../shared/retrieval/index.ts';
import { WHOLE_PARTS } from '../features/photo-regions/photo-network.ts';
import type { CaptionedPhotos } from './captioned-photos.ts';
import { type CaptionRows, captionRows, type WordTable } from './word-table.ts';

/** What is seen: mean activations of the last layer, means and deviations of earlier stages. */
export const SEEN_PARTS: readonly DescriptionPart[] = [
  { read: 'roots', ...WHOLE_PARTS.pooled },
  { read: 'plain', ...WHOLE_PARTS.stages },
];

/** Photographs and captions as numbers to fit on. */
export interface TrainingPhotos {
  readonly count: number;
  readonly principal: PrincipalParts;
  /** `[count, components]` */
  readonly components: Float32Array;
  readonly table: WordTable;
  /** The rows of each caption of each photograph. */
  readonly captions: readonly (readonly CaptionRows[])[];
}

/** Reads photographs by their principal components, and captions by the rows of a table of words. */
export function trainingPhotos(
  photos: CaptionedPhotos,
  table: WordTable,
  components: number,
): TrainingPhotos {
  const widths = SEEN_PARTS.map(({ from, to }) => to - from);
  const width = widths.reduce((sum, part) => sum + part, 0);
  const seen = new Float32Array(photos.count * width);
  for (let row = 0; row < photos.count; row++) {
    const whole = photos.whole.subarray(row * photos.size, (row + 1) * photos.size);
    seen.set(readDescription({ size: photos.size, parts: [...SEEN_PARTS] }, whole), row * width);
  }
  const principal = fitPrincipalParts(seen, widths, components);
  return {
    count: photos.count,
    principal,
    components: principalComponents(principal, seen),
    table,
    captions: photos.captions.map((own) => own.map((caption) => captionRows(table, caption))),
  };
}
