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
  const { kind } = readStoredConfig(kindSchema, stored, where);
  const open = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (open !== undefined) return open(stored, where);
  throw new AppError('format_unsupported', `${where} is of the unknown kind "${kind}"`, {
    hint: `this program reads ${Object.keys(kinds).join(', ')}`,
  });
}

/** @throws AppError `format_invalid` that names the first wrong member. */
export function readStoredConfig<Config>(
  schema: z.ZodType<Config>,
  { config }: Pick<StoredRecallEncoder, 'config'>,
  where: string,
): Config {
  const parsed = schema.safeParse(config);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError('format_invalid', `${where}: ${issue?.path.join('.')}: ${issue?.message}`, {
    cause: parsed.error,
    hint: 'fit the recall encoder or prepare the model again',
  });
}

/** Names of an encoder's tensors, and their shapes by its configuration. */
export type TensorShapes<Config> = Readonly<Record<string, (config: Config) => readonly number[]>>;

/**
 * The configuration of one side of a stored encoder, and the numbers of each wanted tensor.
 *
 * @param wanted the tensors of the side.
 * @throws AppError `format_invalid`, `shape_mismatch`; the returned function throws the same.
 */
export function readSide<Config, Name extends string>(
  schema: z.ZodType<Config>,
  stored: StoredRecallEncoder,
  wanted: Readonly<Record<Name, TensorShapes<Config>[string]>>,
  where: string,
): { readonly config: Config; readonly data: (name: Name) => Float32Array } {
  const config = readStoredConfig(schema, stored, where);
  const data = (name: Name): Float32Array => {
    const found = stored.tensors.get(name);
    if (found === undefined) throw new AppError('format_invalid', `${where}: there is no tensor "${name}"`);
    const shape = wanted[name](config);
    const length = shape.reduce((product, extent) => product * extent, 1);
    if (found.shape.join() !== shape.join() || found.data.length !== length) {
      throw new AppError(
        'shape_mismatch',
        `${where}: "${name}" is [${found.shape.join(', ')}], expected [${shape.join(', ')}]`,
      );
    }
    if (!found.data.every(Number.isFinite)) {
      throw new AppError('format_invalid', `${where}: "${name}" holds numbers that are not finite`);
    }
    return found.data;
  };
  return { config, data };
}

/** An encoder that is a part of another: its tensors are those of the whole whose names begin with `NAME.`. */
export function partOf(
  { tensors }: Pick<StoredRecallEncoder, 'tensors'>,
  name: string | number,
  config: unknown,
): StoredRecallEncoder {
  const prefix = `${name}.`;
  const own = [...tensors].flatMap(([key, tensor]) =>
    key.startsWith(prefix) ? [[key.slice(prefix.length), tensor] as const] : [],
  );
  return { config, tensors: new Map(own) };
}
