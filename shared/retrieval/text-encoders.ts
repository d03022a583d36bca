import { AppError } from '../errors/index.ts';
import { openConcatenatedTexts } from './concatenated.ts';
import { openTextProjection } from './projection/text-projection.ts';
import type { RecallTextEncoder, StoredRecallEncoder } from './recall-encoder.ts';
import { openShortTexts } from './short-texts.ts';
import { type EncoderKinds, type OpenEncoder, openByKind } from './stored-encoder.ts';
import { openTextWordSum } from './word-sum/text-word-sum.ts';

const refusePretrained: OpenEncoder<RecallTextEncoder> = (_stored, where) => {
  throw new AppError(
    'format_unsupported',
    `${where} is a pretrained encoder, whose network does not run here`,
    {
      hint: 'the reranker encodes texts with it',
    },
  );
};

/**
 * Opens the text side of a stored recall encoder: what a search needs. It reads no tensor of the image side, so these
 * may be missing, and this module loads no code of the image side.
 *
 * @param where what error messages call the encoder, e.g. its file.
 * @param pretrained opens pretrained encoders, whose networks need ONNX Runtime; without it they are refused.
 * @throws AppError `format_invalid`, `format_unsupported`, `shape_mismatch`.
 */
export function openTextEncoder(
  stored: StoredRecallEncoder,
  where = 'recall encoder',
  pretrained: OpenEncoder<RecallTextEncoder> = refusePretrained,
): Promise<RecallTextEncoder> {
  const open: OpenEncoder<RecallTextEncoder> = (part, name) => openTextEncoder(part, name, pretrained);
  const kinds: EncoderKinds<RecallTextEncoder> = {
    cca: openTextProjection,
    ridge: openTextProjection,
    'centred-pooling': openTextProjection,
    'word-sum': openTextWordSum,
    pretrained,
    'short-texts': (whole, name) => openShortTexts(whole, name, open),
    concatenated: (whole, name) => openConcatenatedTexts(whole, name, open),
  };
  return openByKind(kinds, stored, where);
}
