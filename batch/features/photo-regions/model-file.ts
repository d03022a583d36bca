import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/index.ts';
import { sha256Hex } from '../../../shared/generation/index.ts';
import { readJsonFile } from '../../../shared/platform/atomic-file.ts';

/** Where the network that ships is: `efficientnet-lite2.onnx`, and what is known of it. */
export const MODEL_FOLDER = join(import.meta.dirname, 'model');
const NETWORK_FILE = 'efficientnet-lite2.onnx';
const RECORD_FILE = 'efficientnet-lite2.json';

/** What `npm run convert:photo-model` writes beside the network. */
const recordSchema = z.object({
  format: z.literal('gsmn-photo-model'),
  version: z.literal(1),
  /** The SHA-256 of the network's file. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** A network as a file, whose checksum was compared. */
export interface PhotoModelFile {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/**
 * Reads the network of a folder.
 *
 * @throws AppError `file_missing`; `file_unreadable`; `format_invalid` for a record that is none; `checksum_mismatch` for a
 *   network that is not the one of the record.
 */
export async function readPhotoModel(folder: string = MODEL_FOLDER): Promise<PhotoModelFile> {
  const hint = 'get the file again: `git checkout` it, or run `npm run convert:photo-model`';
  const [path, recordPath] = [join(folder, NETWORK_FILE), join(folder, RECORD_FILE)];
  const record = recordSchema.safeParse(await readJsonFile(recordPath));
  if (!record.success) {
    throw new AppError('format_invalid', `${recordPath} does not describe a network for photographs`, {
      hint,
      cause: record.error,
    });
  }
  const bytes = await readFile(path).catch((thrown: unknown) => {
    const missing = (thrown as NodeJS.ErrnoException).code === 'ENOENT';
    throw new AppError(missing ? 'file_missing' : 'file_unreadable', `${path} cannot be read`, {
      hint,
      cause: thrown,
    });
  });
  const sha256 = await sha256Hex([bytes]);
  if (sha256 !== record.data.sha256) {
    throw new AppError(
      'checksum_mismatch',
      `${path} is damaged: its SHA-256 is ${sha256}, expected ${record.data.sha256}`,
      { hint },
    );
  }
  return { bytes, sha256 };
}

/** English names of the classes of ImageNet, in the order of `PhotoDescription.classes`. */
export async function readClassNames(): Promise<string[]> {
  return (await readFile(join(MODEL_FOLDER, 'class-names.txt'), 'utf8')).trim().split('\n');
}
