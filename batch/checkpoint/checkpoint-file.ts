import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { assertFinite } from '../../shared/formats/numbers/assert-finite.ts';
import {
  type FloatTensor,
  openSafetensors,
  writeSafetensors,
} from '../../shared/formats/safetensors/index.ts';
import { sha256Hex } from '../../shared/generation/index.ts';
import type { OptimizerState } from '../../shared/gsmn/training/index.ts';
import { assertParameters, type Parameter, type Parameters } from '../../shared/model/index.ts';
import { writeFileAtomic } from '../../shared/platform/atomic-file.ts';
import { withFileSource } from '../../shared/platform/file-source.ts';
import { featureIdentitySchema, type ModelConfig, modelConfigSchema } from '../../shared/schema/index.ts';

/** The suffix of checkpoints in our own format. */
export const CHECKPOINT_SUFFIX = '.safetensors';

const FORMAT = 'gsmn-checkpoint';
const VERSION = '1';

/** The position of a run when its state was written. */
const positionSchema = z.object({
  /** Finished batches of the current epoch. */
  batchInEpoch: z.number().int().min(0),
  /** Updates of Adam. */
  updates: z.number().int().min(0),
  /** What the run was started with and may not change: seed, batch size, data. */
  settings: z.record(z.string(), z.unknown()),
});
export type RunPosition = z.infer<typeof positionSchema>;

const metadataSchema = z.object({
  config: modelConfigSchema,
  /** The source of the features that it was trained on; absent if the data did not name it. */
  features: featureIdentitySchema.optional(),
  /** Training options, by the names of the released code. */
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  /** Finished epochs. */
  epoch: z.number().int().min(0),
  /** Updates since the first epoch. */
  steps: z.number().int().min(0),
  /** Best rsum on the development split so far, in percent; null before the first validation. */
  bestRsum: z.number().nullable(),
  /** Only in the state of a run. */
  position: positionSchema.nullable(),
});

/** Adam's moments by parameter name. */
export type Moments = OptimizerState['moments'];

/** A checkpoint in our own format: a network, and in the state of a run also what training needs to resume. */
export interface CheckpointFile extends z.infer<typeof metadataSchema> {
  readonly config: ModelConfig;
  readonly parameters: Parameters;
  /** Empty except in the state of a run. */
  readonly moments: Moments;
}

const FIRST = 'adam.first.';
const SECOND = 'adam.second.';

/**
 * Writes a checkpoint as safetensors, with a SHA-256 of the numbers in its header, completely or not at all.
 *
 * @throws AppError `file_unwritable`.
 */
export async function writeCheckpointFile(path: string, checkpoint: CheckpointFile): Promise<void> {
  const { parameters, moments, ...metadata } = checkpoint;
  const tensors = new Map<string, FloatTensor>(parameters);
  for (const [name, { first, second }] of moments) {
    const shape = parameters.get(name)?.shape ?? [first.length];
    tensors.set(FIRST + name, { shape, data: first });
    tensors.set(SECOND + name, { shape, data: second });
  }
  const sha256 = await numbersHash(tensors);
  const entries = Object.entries(metadata)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, JSON.stringify(value)]);
  const text = { format: FORMAT, version: VERSION, sha256, ...Object.fromEntries(entries) };
  await writeFileAtomic(path, writeSafetensors(tensors, text));
}

/**
 * Reads a file written by `writeCheckpointFile`, also one whose numbers another program has converted to float16 or bfloat16.
 *
 * @throws AppError `file_missing`, `file_unreadable`, `format_invalid`, `format_unsupported`, `checksum_mismatch`,
 *   `shape_mismatch`.
 */
export function readCheckpointFile(path: string): Promise<CheckpointFile> {
  return withFileSource(path, async (source) => {
    const reader = await openSafetensors(source);
    const metadata = parseMetadata(path, reader.metadata);
    const tensors = new Map<string, Parameter>();
    for (const [name, { dtype }] of reader.tensors) {
      const { shape, data } = await reader.read(name);
      if (!(data instanceof Float32Array)) {
        throw new AppError(
          'format_invalid',
          `${path}: tensor "${name}" is ${dtype}, not a float of 16 or 32 bits`,
        );
      }
      tensors.set(name, { shape, data });
    }
    // Another program has converted a file with halves. If it kept the hash, that is of the float32 numbers, which are gone.
    const asWritten = [...reader.tensors.values()].every(({ dtype }) => dtype === 'F32');
    if (asWritten && (await numbersHash(tensors)) !== reader.metadata.get('sha256')) {
      throw new AppError(
        'checksum_mismatch',
        `${path} is damaged: its numbers do not have the hash that it names`,
        {
          hint: 'continue from another checkpoint of the run',
        },
      );
    }
    for (const [name, tensor] of tensors) assertFinite(path, name, tensor);
    const own = [...tensors].filter(([name]) => !name.startsWith('adam.'));
    const parameters = new Map(own);
    assertParameters(metadata.config, parameters);
    return {
      ...metadata,
      parameters,
      moments: readMoments(
        path,
        tensors,
        own.map(([name]) => name),
      ),
    };
  });
}

function parseMetadata(path: string, metadata: ReadonlyMap<string, string>): z.infer<typeof metadataSchema> {
  if (metadata.get('format') !== FORMAT) {
    throw new AppError(
      'format_invalid',
      `${path} is not a gsmn checkpoint: its header does not say "${FORMAT}"`,
      {
        hint: 'name a .safetensors that `gsmn train` or `gsmn checkpoint convert` wrote, or a .pth.tar',
      },
    );
  }
  if (metadata.get('version') !== VERSION) {
    throw new AppError(
      'format_unsupported',
      `${path} has version ${metadata.get('version')}, expected ${VERSION}`,
      {
        hint: 'use the release that wrote it, or convert it there to .pth.tar',
      },
    );
  }
  const value: Record<string, unknown> = {};
  for (const name of Object.keys(metadataSchema.shape)) {
    const text = metadata.get(name);
    if (text === undefined) continue;
    try {
      value[name] = JSON.parse(text);
    } catch (cause) {
      throw new AppError('format_invalid', `${path}: "${name}" of the header is not JSON`, { cause });
    }
  }
  const parsed = metadataSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError('format_invalid', `${path}: the header is wrong: ${z.prettifyError(parsed.error)}`);
}

function readMoments(
  path: string,
  tensors: ReadonlyMap<string, Parameter>,
  names: readonly string[],
): Moments {
  if (!tensors.has(FIRST + names[0])) return new Map();
  return new Map(
    names.map((name) => {
      const [first, second] = [tensors.get(FIRST + name)?.data, tensors.get(SECOND + name)?.data];
      const size = tensors.get(name)?.data.length;
      if (first?.length === size && second?.length === size && first && second)
        return [name, { first, second }];
      throw new AppError('format_invalid', `${path} has incomplete moments of "${name}"`);
    }),
  );
}

function numbersHash(tensors: ReadonlyMap<string, FloatTensor>): Promise<string> {
  return sha256Hex(
    [...tensors.values()].map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );
}
