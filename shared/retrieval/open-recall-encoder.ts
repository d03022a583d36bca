import { openConcatenatedImages } from './concatenated.ts';
import { openPretrainedVectors } from './pretrained.ts';
import { openImageProjection } from './projection/image-projection.ts';
import type {
  RecallEncoder,
  RecallImageEncoder,
  RecallTextEncoder,
  StoredRecallEncoder,
} from './recall-encoder.ts';
import { openShortTextImages } from './short-texts.ts';
import { type EncoderKinds, type OpenEncoder, openByKind } from './stored-encoder.ts';
import { openTextEncoder } from './text-encoders.ts';
import { openImageWordSum } from './word-sum/image-word-sum.ts';

const IMAGE_KINDS: EncoderKinds<RecallImageEncoder> = {
  cca: openImageProjection,
  ridge: openImageProjection,
  'centred-pooling': openImageProjection,
  'word-sum': openImageWordSum,
  pretrained: openPretrainedVectors,
  'short-texts': (stored, where) => openShortTextImages(stored, where, openImageEncoder),
  concatenated: (stored, where) => openConcatenatedImages(stored, where, openImageEncoder),
};

/**
 * Opens both sides of a stored recall encoder. A service that only encodes queries opens the text side alone
 * (text-encoders.ts).
 *
 * @param where what error messages call the encoder, e.g. its file.
 * @param pretrained opens the text side of pretrained encoders, as of `openTextEncoder`.
 * @throws AppError `format_invalid`, `format_unsupported`, `shape_mismatch`.
 */
export async function openRecallEncoder(
  stored: StoredRecallEncoder,
  where = 'recall encoder',
  pretrained?: OpenEncoder<RecallTextEncoder>,
): Promise<RecallEncoder> {
  const images = await openImageEncoder(stored, where);
  const texts = await openTextEncoder(stored, where, pretrained).catch(async (thrown: unknown) => {
    await images.dispose?.();
    throw thrown;
  });
  return {
    kind: images.kind,
    dimensions: images.dimensions,
    needs: [...images.needs, ...texts.needs],
    encodeImages: (some) => images.encodeImages(some),
    encodeTexts: (some) => texts.encodeTexts(some),
    dispose: async () => {
      await images.dispose?.();
      await texts.dispose?.();
    },
  };
}

/** Opens the image side of a stored recall encoder alone. Throws as `openRecallEncoder`. */
export function openImageEncoder(stored: StoredRecallEncoder, where: string): Promise<RecallImageEncoder> {
  return openByKind(IMAGE_KINDS, stored, where);
}
