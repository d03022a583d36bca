import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import type { StoredRecallEncoder } from './recall-encoder.ts';

/** Opens one side of a stored encoder. Error messages call it `where`. */
export type OpenEncoder<Encoder> = (stored: StoredRecallEncoder, where: string) => Encoder | Promise<Encoder>;

/** How encoders of each kind are opened. */
export type EncoderKinds<Encoder> = Readonly<Record<string, OpenEncoder<Encoder>>>;

const kindSchema = z.object({ kind: z.string() });

/**
 * Opens a stored encoder with the function of its kind.
 *
 * @throws AppError `format_invalid`, `format_unsupported` for a kind that is not known, and what the kind throws.
 */
export async function openByKind<Encoder>(
  kinds: EncoderKinds<Encoder>,
  stored: StoredRecallEncoder,
  where: string,
): Promise<Encoder> {
  const parsed = kindSchema.safeParse(stored.config);
  if (!parsed.success) {
    throw new AppError('format_invalid', `${where} does not name a kind`, {
      cause: parsed.error,
      hint: 'prepare the model again from its checkpoint',
    });
  }
  const { kind } = parsed.data;
  const open = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (open !== undefined) return open(stored, where);
  throw new AppError('format_unsupported', `${where} is of the unknown kind "${kind}"`, {
    hint: `this program reads ${Object.keys(kinds).join(', ')}`,
  });
}
