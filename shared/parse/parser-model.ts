import { AppError } from '../errors/index.ts';
import { type ParserConfig, parserConfigSchema, tensorShapes } from './parser-config.ts';

/** A parser: its vocabularies, and its numbers in float32. */
export interface ParserModel {
  readonly config: ParserConfig;
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

/**
 * Makes a parser from the contents of its file.
 * @throws AppError `format_invalid`, `shape_mismatch`
 */
export function parserModel(
  config: unknown,
  tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>,
  name: string,
): ParserModel {
  const parsed = parserConfigSchema.safeParse(config);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AppError('format_invalid', `${name}: ${issue?.path.join('.')}: ${issue?.message}`, {
      hint: 'expected a parser as `gsmn train-parser` writes it',
      cause: parsed.error,
    });
  }
  const data = new Map<string, Float32Array>();
  for (const [tensor, shape] of tensorShapes(parsed.data)) {
    const found = tensors.get(tensor);
    if (found === undefined || found.shape.join() !== shape.join()) {
      throw new AppError(
        'shape_mismatch',
        `${name}: ${tensor} is [${found?.shape.join(', ') ?? ''}], expected [${shape.join(', ')}]`,
      );
    }
    data.set(tensor, found.data);
  }
  return { config: parsed.data, tensors: data };
}
