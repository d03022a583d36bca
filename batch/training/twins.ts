import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { readJsonFile } from '../../shared/platform/atomic-file.ts';

const row = z.number().int().min(0);
const twinsSchema = z.array(z.looseObject({ kind: z.string(), first: row, second: row }));

/** Two images of the same things with other bindings, by their rows. */
export type Twin = z.infer<typeof twinsSchema>[number];

/**
 * Reads `{split}_twins.json` of a data folder.
 *
 * @returns undefined if there is none.
 * @throws AppError `format_invalid`, `file_unreadable`.
 */
export async function readTwins(folder: string, split: string, images: number): Promise<Twin[] | undefined> {
  const path = join(folder, `${split}_twins.json`);
  const value = await readJsonFile(path);
  if (value === undefined) return undefined;
  const parsed = twinsSchema.safeParse(value);
  if (!parsed.success) {
    throw new AppError('format_invalid', `${path} is not a list of twins: ${z.prettifyError(parsed.error)}`, {
      hint: 'each entry is {"kind": …, "first": row, "second": row}',
    });
  }
  const wrong = parsed.data.find(
    ({ first, second }) => first >= images || second >= images || first === second,
  );
  if (wrong === undefined) return parsed.data;
  throw new AppError(
    'format_invalid',
    `${path} pairs rows ${wrong.first} and ${wrong.second} of ${images} images`,
  );
}
