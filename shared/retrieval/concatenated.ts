import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import type { Parameter } from '../model/index.ts';
import type {
  RecallImageEncoder,
  RecallSide,
  RecallTextEncoder,
  StoredRecallEncoder,
} from './recall-encoder.ts';
import { type OpenEncoder, partOf, readStoredConfig } from './stored-encoder.ts';

const configSchema = z.object({
  format: z.literal('gsmn-recall-encoder'),
  version: z.literal(1),
  kind: z.literal('concatenated'),
  parts: z
    .array(z.object({ weight: z.number().positive(), config: z.record(z.string(), z.unknown()) }))
    .min(1),
});

/** A recall encoder and the weight of its cosine. */
export interface WeightedEncoder {
  /** Positive; only the ratios matter. */
  readonly weight: number;
  readonly stored: StoredRecallEncoder;
}

/**
 * Several encoders as one, in stored form. Its vectors are the unit vectors `a_i` of the parts, one after the other,
 * each times the square root of its share `s_i = w_i / Σ w`. So
 *
 *   `<A, B> = Σ √s_i √s_i <a_i, b_i> = Σ s_i cos_i`   and   `|A|² = Σ s_i |a_i|² = 1`:
 *
 * the inner product is the weighted mean of the parts' cosines, and the vectors are unit vectors again. One vector
 * database and one scan serve any number of encoders.
 *
 * @throws AppError `argument_invalid` without parts, or for a weight that is not positive and finite.
 */
export function concatenateEncoders(encoders: readonly WeightedEncoder[]): StoredRecallEncoder {
  const config = configSchema.safeParse({
    format: 'gsmn-recall-encoder',
    version: 1,
    kind: 'concatenated',
    parts: encoders.map(({ weight, stored }) => ({ weight, config: stored.config })),
  });
  if (!config.success) {
    throw new AppError(
      'argument_invalid',
      'concatenating needs at least one encoder, and weights that are positive and finite',
      {
        cause: config.error,
      },
    );
  }
  const tensors = new Map<string, Parameter>();
  for (const [index, { stored }] of encoders.entries()) {
    for (const [name, tensor] of stored.tensors) tensors.set(`${index}.${name}`, tensor);
  }
  return { config: config.data, tensors };
}

/** The text sides of concatenated encoders; `open` opens a part. */
export async function openConcatenatedTexts(
  stored: StoredRecallEncoder,
  where: string,
  open: OpenEncoder<RecallTextEncoder>,
): Promise<RecallTextEncoder> {
  const { side, parts, encode } = await openParts(stored, where, open);
  return {
    ...side,
    reads: (word) => parts.some(({ encoder }) => encoder.reads?.(word) === true),
    encodeTexts: (texts) => encode(texts.length, (part) => part.encodeTexts(texts)),
  };
}

/** The image sides of concatenated encoders; `open` opens a part. */
export async function openConcatenatedImages(
  stored: StoredRecallEncoder,
  where: string,
  open: OpenEncoder<RecallImageEncoder>,
): Promise<RecallImageEncoder> {
  const { side, encode } = await openParts(stored, where, open);
  return { ...side, encodeImages: (images) => encode(images.length, (part) => part.encodeImages(images)) };
}

interface Part<Encoder> {
  readonly encoder: Encoder;
  /** Square root of its share of the weights. */
  readonly scale: number;
}

async function openParts<Encoder extends RecallSide>(
  stored: StoredRecallEncoder,
  where: string,
  open: OpenEncoder<Encoder>,
) {
  const { kind, parts: weighted } = readStoredConfig(configSchema, stored, where);
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  const parts: Part<Encoder>[] = [];
  const dispose = async (): Promise<void> => {
    for (const { encoder } of parts) await encoder.dispose?.();
  };
  try {
    for (const [index, { weight, config }] of weighted.entries()) {
      const encoder = await open(partOf(stored, index, config), `${where}: part ${index}`);
      parts.push({ encoder, scale: Math.sqrt(weight / total) });
    }
  } catch (thrown) {
    await dispose();
    throw thrown;
  }
  const side: RecallSide = {
    kind,
    dimensions: parts.reduce((sum, { encoder }) => sum + encoder.dimensions, 0),
    needs: [...new Set(parts.flatMap(({ encoder }) => encoder.needs))],
    dispose,
  };
  const encode = async (
    count: number,
    encodeBy: (encoder: Encoder) => Promise<Float32Array[]>,
  ): Promise<Float32Array[]> => {
    const vectors = Array.from({ length: count }, () => new Float32Array(side.dimensions));
    let offset = 0;
    for (const { encoder, scale } of parts) {
      const own = await encodeBy(encoder);
      for (const [index, vector] of vectors.entries()) {
        vector.set(own[index]?.map((value) => value * scale) ?? [], offset);
      }
      offset += encoder.dimensions;
    }
    return vectors;
  };
  return { side, parts, encode };
}
