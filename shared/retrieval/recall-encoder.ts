import { AppError } from '../errors/index.ts';
import type { Parameters } from '../model/index.ts';

/** A text as a recall encoder may read it. */
export interface RecallText {
  /** The query or caption as written; undefined where only its word ids are known. */
  readonly text?: string | undefined;
  /** Word ids with `<start>` and `<end>`, length L. */
  readonly ids: readonly number[];
  /** `[L, D]`, GSMN's word nodes. */
  readonly words: Float32Array;
}

/** A decoded image. */
export interface RecallPixels {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]`, RGB. */
  readonly data: Uint8Array;
}

/** An image as a recall encoder may read it. */
export interface RecallImage {
  /** Decodes the image file; undefined if the data has features only. */
  readonly pixels?: (() => Promise<RecallPixels>) | undefined;
  /** R. */
  readonly regions: number;
  /** `[R, F]`, the features as the data holds them. */
  readonly features: Float32Array;
  /** `[R, D]`, GSMN's image nodes. */
  readonly nodes: Float32Array;
  /** `[R, 4]`, x1 y1 x2 y2 as fractions of width and height. */
  readonly boxes: Float32Array;
  /** `[W]`, a description of the whole image; undefined if the data has none. */
  readonly whole?: Float32Array | undefined;
  /** `[dimensions]`, the unit vector that a pretrained encoder made of the pixels, and its identity; undefined if the data has none. */
  readonly encoded?: { readonly by: string; readonly vector: Float32Array } | undefined;
}

/** The parts of a text and of an image that an encoder may read. */
export type RecallInput = keyof RecallText | Exclude<keyof RecallImage, 'regions'>;

/** What both sides of an encoder declare. */
export interface RecallSide {
  /** Name of the method, e.g. `cca`. */
  readonly kind: string;
  /** Length of a coarse vector. */
  readonly dimensions: number;
  /** The inputs it reads; it ignores all others, which may then be empty. */
  readonly needs: readonly RecallInput[];
  /** Frees what the encoder holds besides its tensors; absent if that is nothing. */
  dispose?(): Promise<void>;
}

/** Maps texts to coarse vectors: all that a search needs of a recall encoder. */
export interface RecallTextEncoder extends RecallSide {
  /** Whether a word counts as it is written, whatever its id; absent if texts are read by their ids alone. */
  readonly reads?: ((word: string) => boolean) | undefined;
  /** A unit vector `[dimensions]` per text. */
  encodeTexts(texts: readonly RecallText[]): Promise<Float32Array[]>;
}

/** Maps images to coarse vectors. */
export interface RecallImageEncoder extends RecallSide {
  /** A unit vector `[dimensions]` per image. */
  encodeImages(images: readonly RecallImage[]): Promise<Float32Array[]>;
}

/**
 * Maps images and texts to unit vectors of one space (coarse vectors), whose inner product recalls the candidates that
 * GSMN compares. The same input gives the same bytes, whatever is encoded together with it.
 */
export interface RecallEncoder extends RecallTextEncoder, RecallImageEncoder {}

/** A recall encoder as it is stored with the model: a JSON object with `kind` and `dimensions`, and float32 tensors. */
export interface StoredRecallEncoder {
  readonly config: unknown;
  readonly tensors: Parameters;
}

/**
 * Refuses an encoder that reads inputs that are not available, before anything is encoded.
 *
 * @param offered the inputs that will be available.
 * @param where what offers them, for the message.
 * @throws AppError `argument_invalid`.
 */
export function assertRecallInputs(
  { kind, needs }: Pick<RecallEncoder, 'kind' | 'needs'>,
  offered: readonly RecallInput[],
  where: string,
): void {
  const missing = needs.filter((input) => !offered.includes(input));
  if (missing.length === 0) return;
  throw new AppError('argument_invalid', `the recall encoder "${kind}" reads ${missing.join(', ')}`, {
    hint: `${where} has only ${offered.join(', ')}: use a model with another recall encoder`,
  });
}
