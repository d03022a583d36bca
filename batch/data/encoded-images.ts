import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import type { EncodedImages } from './encode-split.ts';
import { readJson } from './text-files.ts';
import { openWholeImages } from './whole-images.ts';

const fileSchema = z.object({
  format: z.literal('gsmn-encoded-images'),
  version: z.literal(1),
  /** The name of the encoder, for people. */
  encoder: z.string(),
  identity: z.string().regex(/^[0-9a-f]{64}$/),
});

/** The content of `{split}_ims_encoded.json`: which pretrained encoder made the vectors. */
export function encoderFile({
  name,
  identity,
}: {
  readonly name: string;
  readonly identity: string;
}): string {
  const content: z.infer<typeof fileSchema> = {
    format: 'gsmn-encoded-images',
    version: 1,
    encoder: name,
    identity,
  };
  return `${JSON.stringify(content)}\n`;
}

/**
 * Opens the vectors that a pretrained encoder made of the images, and reads which one that was. The caller closes them.
 *
 * @param label names an image in messages.
 * @returns undefined without vectors.
 * @throws AppError `format_invalid`, `shape_mismatch`, `file_unreadable`.
 */
export async function openEncodedImages(
  paths: { readonly vectors: string; readonly encoder: string },
  images: number,
  label: (image: number) => string,
): Promise<(EncodedImages & { close(): Promise<void> }) | undefined> {
  const vectors = await openWholeImages(paths.vectors, images, label);
  if (vectors === undefined) return undefined;
  const parsed = fileSchema.safeParse(await readJson(paths.encoder));
  if (parsed.success) return { ...vectors, by: parsed.data.identity };
  await vectors.close();
  throw new AppError('format_invalid', `${paths.encoder} does not say which encoder made ${paths.vectors}`, {
    hint: 'index the photographs again with --encoder, or remove both files',
    cause: parsed.error,
  });
}
