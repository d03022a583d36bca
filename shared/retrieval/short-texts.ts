import { z } from 'zod';
import { tokenise } from '../text/index.ts';
import type {
  RecallImageEncoder,
  RecallSide,
  RecallText,
  RecallTextEncoder,
  StoredRecallEncoder,
} from './recall-encoder.ts';
import { type OpenEncoder, partOf, readStoredConfig } from './stored-encoder.ts';

const partConfig = z.record(z.string(), z.unknown());
const configSchema = z.object({
  format: z.literal('gsmn-recall-encoder'),
  version: z.literal(1),
  kind: z.literal('short-texts'),
  /** Words of a short text, without the skipped; all of them must be known. */
  longest: z.number().int().positive(),
  known: z.array(z.string().min(1)).min(1),
  skipped: z.array(z.string().min(1)),
  short: partConfig,
  other: partConfig,
});

/** Both parts have the same share of an image's vector. */
const SHARE = Math.sqrt(0.5);

/** Which texts are short. */
export interface ShortTexts {
  readonly longest: number;
  readonly known: readonly string[];
  readonly skipped: readonly string[];
}

/**
 * Two encoders as one, in stored form: one for texts of a few known words, one for all others. An image's vector is that of both,
 * one after the other, each times √½; that of a text has zeros in the place of the encoder that is not meant. So the inner
 * product is √½ times the cosine of the encoder that is meant.
 */
export function encodeShortTextsBy(
  { longest, known, skipped }: ShortTexts,
  short: StoredRecallEncoder,
  other: StoredRecallEncoder,
): StoredRecallEncoder {
  const config = {
    format: 'gsmn-recall-encoder',
    version: 1,
    kind: 'short-texts',
    longest,
    known: [...known],
    skipped: [...skipped],
    short: short.config,
    other: other.config,
  };
  const named = (part: string, { tensors }: StoredRecallEncoder) =>
    [...tensors].map(([name, tensor]) => [`${part}.${name}`, tensor] as const);
  return { config, tensors: new Map([...named('short', short), ...named('other', other)]) };
}

/** The text sides; `open` opens a part. */
export async function openShortTexts(
  stored: StoredRecallEncoder,
  where: string,
  open: OpenEncoder<RecallTextEncoder>,
): Promise<RecallTextEncoder> {
  const { config, side, short, other } = await openBoth(stored, where, open);
  const [known, skipped] = [new Set(config.known), new Set(config.skipped)];
  const isShort = ({ text = '' }: RecallText): boolean => {
    const words = tokenise(text).filter((word) => !skipped.has(word));
    return words.length > 0 && words.length <= config.longest && words.every((word) => known.has(word));
  };
  const encode = async (text: RecallText): Promise<Float32Array> => {
    const vector = new Float32Array(side.dimensions);
    const [encoder, from] = isShort(text) ? [short, 0] : [other, short.dimensions];
    const [own] = await encoder.encodeTexts([text]);
    vector.set(own ?? [], from);
    return vector;
  };
  return {
    ...side,
    needs: [...new Set([...side.needs, 'text' as const])],
    reads: (word) => known.has(word) || other.reads?.(word) === true,
    encodeTexts: (texts) => Promise.all(texts.map(encode)),
  };
}

/** The image sides; `open` opens a part. */
export async function openShortTextImages(
  stored: StoredRecallEncoder,
  where: string,
  open: OpenEncoder<RecallImageEncoder>,
): Promise<RecallImageEncoder> {
  const { side, short, other } = await openBoth(stored, where, open);
  return {
    ...side,
    encodeImages: async (images) => {
      const [first, second] = [await short.encodeImages(images), await other.encodeImages(images)];
      return first.map((vector, index) => {
        const both = new Float32Array(side.dimensions);
        both.set(vector.map((value) => value * SHARE));
        both.set(second[index]?.map((value) => value * SHARE) ?? [], short.dimensions);
        return both;
      });
    },
  };
}

async function openBoth<Encoder extends RecallSide>(
  stored: StoredRecallEncoder,
  where: string,
  open: OpenEncoder<Encoder>,
) {
  const config = readStoredConfig(configSchema, stored, where);
  const part = (name: 'short' | 'other') => open(partOf(stored, name, config[name]), `${where}: ${name}`);
  const short = await part('short');
  const other = await Promise.resolve(part('other')).catch(async (thrown: unknown) => {
    await short.dispose?.();
    throw thrown;
  });
  const side: RecallSide = {
    kind: config.kind,
    dimensions: short.dimensions + other.dimensions,
    needs: [...new Set([...short.needs, ...other.needs])],
    dispose: async () => {
      await short.dispose?.();
      await other.dispose?.();
    },
  };
  return { config, side, short, other };
}
