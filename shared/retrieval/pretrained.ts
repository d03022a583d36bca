import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import type { RecallImage, RecallImageEncoder, StoredRecallEncoder } from './recall-encoder.ts';
import { readStoredConfig } from './stored-encoder.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A pretrained encoder as a model names it: its networks are not in the model. It has no tensors. */
const configSchema = z.object({
  format: z.literal('gsmn-recall-encoder'),
  version: z.literal(1),
  kind: z.literal('pretrained'),
  /** Length of a coarse vector. */
  dimensions: z.number().int().positive(),
  /** What people call it. */
  name: z.string(),
  /** SHA-256 over the sums of all its files. */
  identity: sha256,
  text: z.object({
    /** The path of its network in its folder. */
    network: z.string(),
    /** SHA-256 of every file that texts are encoded with, by its path. */
    files: z.record(z.string(), sha256),
  }),
});
export type PretrainedConfig = z.infer<typeof configSchema>;

/** A pretrained encoder in stored form. */
export function storePretrained(
  given: Pick<PretrainedConfig, 'dimensions' | 'name' | 'identity' | 'text'>,
): StoredRecallEncoder {
  const config: PretrainedConfig = {
    format: 'gsmn-recall-encoder',
    version: 1,
    kind: 'pretrained',
    ...given,
  };
  return { config, tensors: new Map() };
}

/** @throws AppError `format_invalid`. */
export function readPretrained(stored: StoredRecallEncoder, where: string): PretrainedConfig {
  return readStoredConfig(configSchema, stored, where);
}

/**
 * The image side of a pretrained encoder: reads the vectors that were made of the pixels before. They must be its own.
 *
 * @param where what error messages call the encoder, e.g. its file.
 * @throws AppError `format_invalid`.
 */
export function openPretrainedVectors(stored: StoredRecallEncoder, where: string): RecallImageEncoder {
  const { kind, dimensions, identity, name } = readPretrained(stored, where);
  const encode = ({ encoded }: RecallImage): Float32Array => {
    if (encoded?.by === identity && encoded.vector.length === dimensions) return encoded.vector;
    throw new AppError(
      'fingerprint_mismatch',
      `${where}: the images were not encoded by the pretrained encoder ${name} (${identity.slice(0, 12)})`,
      { hint: 'index them again with that encoder: gsmn photos index --encoder' },
    );
  };
  return { kind, dimensions, needs: ['encoded'], encodeImages: async (images) => images.map(encode) };
}
