import { openConcatenatedTexts } from './concatenated.ts';
import { openTextProjection } from './projection/text-projection.ts';
import type { RecallTextEncoder, StoredRecallEncoder } from './recall-encoder.ts';
import { openShortTexts } from './short-texts.ts';
import { type EncoderKinds, openByKind } from './stored-encoder.ts';
import { openTextWordSum } from './word-sum/text-word-sum.ts';

const TEXT_KINDS: EncoderKinds<RecallTextEncoder> = {
  cca: openTextProjection,
  ridge: openTextProjection,
  'centred-pooling': openTextProjection,
  'word-sum': openTextWordSum,
  'short-texts': (stored, where) => openShortTexts(stored, where, openTextEncoder),
  concatenated: (stored, where) => openConcatenatedTexts(stored, where, openTextEncoder),
};

/**
 * Opens the text side of a stored recall encoder: what a search needs. It reads no tensor of the image side, so these
 * may be missing, and this module loads no code of the image side.
 *
 * @param where what error messages call the encoder, e.g. its file.
 * @throws AppError `format_invalid`, `format_unsupported`, `shape_mismatch`.
 */
export function openTextEncoder(
  stored: StoredRecallEncoder,
  where = 'recall encoder',
): Promise<RecallTextEncoder> {
  return openByKind(TEXT_KINDS, stored, where);
}
