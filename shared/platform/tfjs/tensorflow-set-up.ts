import { join, resolve } from 'node:path';
import process from 'node:process';
import { z } from 'zod';
import { readJsonFile } from '../atomic-file.ts';

/** Files of a TensorFlow set-up, inside `setUpFolder()`. */
export const SET_UP_FILES = {
  manifest: 'manifest.json',
  /** The native half of `@tensorflow/tfjs-node-gpu`. */
  binding: 'tfjs_binding.node',
  /** Captures what is written to stderr while something is loaded. */
  captureStderr: 'capture_stderr.node',
  /** Sets the level of TensorFlow's log. */
  logLevel: 'log_level.node',
} as const;

const manifestSchema = z.object({
  format: z.literal('gsmn-tensorflow'),
  version: z.literal(1),
  /** The wheels that it was made from. */
  wheels: z.array(z.string()).min(1),
  /** Version of `@tensorflow/tfjs-node-gpu` whose native half was compiled. */
  binding: z.string(),
});

/** What a set-up was made from. */
export type SetUpManifest = z.output<typeof manifestSchema>;

/** The folder of the TensorFlow set-up: `GSMN_TENSORFLOW`, or `.tensorflow/` of the project, which `npm ci` does not touch. */
export function tensorflowFolder(): string {
  const named = process.env.GSMN_TENSORFLOW;
  return named ? resolve(named) : resolve(import.meta.dirname, '../../../.tensorflow');
}

/** The folder of the libraries. It is created by a rename, so it is complete or missing. */
export function setUpFolder(target: string): string {
  return join(target, 'engine');
}

/**
 * Reads what is set up in a target folder; undefined if nothing is.
 *
 * @throws AppError `format_invalid`, `file_unreadable` for a manifest that is not JSON or cannot be read; ZodError for
 *   one of another kind.
 */
export async function readSetUpManifest(target: string): Promise<SetUpManifest | undefined> {
  const found = await readJsonFile(join(setUpFolder(target), SET_UP_FILES.manifest));
  return found === undefined ? undefined : manifestSchema.parse(found);
}
