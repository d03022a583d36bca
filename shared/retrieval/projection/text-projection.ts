import type { RecallText, RecallTextEncoder, StoredRecallEncoder } from '../recall-encoder.ts';
import { readProjection, TEXT_TENSORS } from './stored-projection.ts';
import { bagPositions, countWords, writeWordMean } from './text-features.ts';
import { unitVector } from './unit-vector.ts';

/**
 * The text side of a stored projection: `unit(Pᵀ features - offset)`.
 *
 * @param where what error messages call the encoder, e.g. its file.
 * @throws AppError `format_invalid`, `shape_mismatch`.
 */
export function openTextProjection(stored: StoredRecallEncoder, where: string): RecallTextEncoder {
  const { config, data } = readProjection(stored, TEXT_TENSORS, where);
  const { kind, dimensions: k, features: layout } = config;
  const [projection, offset] = [data('text.projection'), data('text.offset')];
  const positions = bagPositions(layout);
  const bagSize = layout.text.bag.length;

  const encode = (text: RecallText): Float32Array => {
    const out = new Float64Array(k);
    for (let d = 0; d < k; d++) out[d] = -(offset[d] as number);
    const add = (row: number, amount: number): void => {
      for (let d = 0; d < k; d++) out[d] = (out[d] as number) + amount * (projection[row * k + d] as number);
    };
    for (const [position, count] of countWords(positions, text.ids)) add(position, count);
    const means = new Float64Array(layout.text.words);
    writeWordMean(layout, text, means);
    for (const [d, mean] of means.entries()) add(bagSize + d, mean);
    return unitVector(out, 'a text');
  };

  return {
    kind,
    dimensions: k,
    needs: layout.text.words > 0 ? ['ids', 'words'] : ['ids'],
    encodeTexts: async (texts) => texts.map(encode),
  };
}
