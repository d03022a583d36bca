import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import { bytesSource } from '../formats/byte-source.ts';
import { float16BitsToFloat32 } from '../formats/float16.ts';
import { openSafetensors } from '../formats/safetensors/safetensors-reader.ts';
import { safetensorsHeader } from '../formats/safetensors/safetensors-writer.ts';
import { comparesParses } from '../generation/compares-parses.ts';
import { type GenerationFiles, readWhole, within } from '../generation/generation-files.ts';
import { GENERATION_PATHS } from '../generation/manifest.ts';
import { MODEL_FILES } from '../generation/model-paths.ts';
import { type Parameter, type Parameters, TEXT_PARAMETERS } from '../model/index.ts';
import {
  type GenerationManifest,
  indexFieldsSchema,
  modelConfigSchema,
  rankingSchema,
} from '../schema/index.ts';
import { parseVocabulary, type Vocabulary } from '../text/index.ts';

/**
 * The query model: the part of a generation's model that reads queries, as one file for the edge worker. It is a safetensors file with
 * the text encoder's parameters, the text side of the recall encoder (its tensors have the prefix `coarse.`) and, if parses are compared,
 * the parser's file as bytes. Everything else is JSON in the metadata.
 */
const metadataSchema = z.object({
  format: z.literal('gsmn-query-model'),
  version: z.literal(1),
  generation: z.string(),
  collection: z.string(),
  images: z.number().int().nonnegative(),
  ranking: rankingSchema,
  grouped: z.boolean().default(false),
  fields: indexFieldsSchema.optional(),
  config: modelConfigSchema,
  /** The text of the vocabulary's file. */
  vocabulary: z.string(),
  coarse: z.unknown(),
});

const COARSE = 'coarse.';
/** The image side of a recall encoder, also as a part of another one; queries do not need it. */
const IMAGE_SIDE = /(^|\.)image\./;
const PARSER = 'parser';

/** The contents of a query model. */
export interface StoredQueryModel
  extends Pick<
    z.output<typeof metadataSchema>,
    'generation' | 'collection' | 'images' | 'ranking' | 'grouped' | 'fields' | 'config'
  > {
  readonly vocabulary: Vocabulary;
  /** Of the text encoder. They are views of the bytes that were read. */
  readonly parameters: Parameters;
  /** The configuration of the recall encoder, and the tensors of its text side. */
  readonly coarse: { readonly config: unknown; readonly tensors: Parameters };
  /** The parser's file, for a model that compares parses. */
  readonly parser: Uint8Array | undefined;
}

/** A query model for sending. */
export interface QueryModelFile {
  readonly bytes: number;
  /** Some megabytes at a time, read from the generation's files on demand. */
  pieces(): AsyncGenerator<Uint8Array>;
}

/** Bytes of one piece. */
const STEP = 1 << 20;

/**
 * The query model of a generation.
 *
 * @param grouped whether images of the generation are in groups that look alike
 * @throws AppError `file_missing`, `format_invalid`.
 */
export async function queryModelFile(
  files: GenerationFiles,
  manifest: Pick<GenerationManifest, 'id' | 'collections' | 'images' | 'ranking' | 'fields' | 'model'>,
  grouped: boolean,
): Promise<QueryModelFile> {
  const model = within(files, GENERATION_PATHS.model);
  const text = async (path: string): Promise<string> =>
    new TextDecoder().decode(await readWhole(model, path));
  const chosen = [
    ...(await tensorsOf(model, MODEL_FILES.network, '', (name) => name.startsWith(TEXT_PARAMETERS))),
    ...(await tensorsOf(model, MODEL_FILES.coarseTensors, COARSE, (name) => !IMAGE_SIDE.test(name))),
    ...(comparesParses(manifest.model.config) ? [await wholeFile(model, MODEL_FILES.parser, PARSER)] : []),
  ];
  const metadata: z.input<typeof metadataSchema> = {
    format: 'gsmn-query-model',
    version: 1,
    generation: manifest.id,
    collection: manifest.collections.images,
    images: manifest.images.count,
    ranking: manifest.ranking,
    grouped,
    fields: manifest.fields,
    config: manifest.model.config,
    vocabulary: await text(MODEL_FILES.vocabulary),
    coarse: JSON.parse(await text(MODEL_FILES.coarse)),
  };
  const header = safetensorsHeader(chosen, { model: JSON.stringify(metadata) });
  return {
    bytes: chosen.reduce((sum, { bytes }) => sum + bytes, header.length),
    async *pieces() {
      yield header;
      for (const { path, offset, bytes } of chosen) {
        const source = await model.open(path);
        try {
          for (let at = 0; at < bytes; at += STEP) {
            yield await source.read(offset + at, Math.min(STEP, bytes - at));
          }
        } finally {
          await source.close();
        }
      }
    },
  };
}

interface ChosenTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
}

async function tensorsOf(
  files: GenerationFiles,
  path: string,
  prefix: string,
  wanted: (name: string) => boolean,
): Promise<ChosenTensor[]> {
  const source = await files.open(path);
  try {
    const { tensors } = await openSafetensors(source);
    return [...tensors]
      .filter(([name]) => wanted(name))
      .map(([name, { dtype, shape, offset, bytes }]) => ({
        name: `${prefix}${name}`,
        dtype,
        shape,
        path,
        offset,
        bytes,
      }));
  } finally {
    await source.close();
  }
}

async function wholeFile(files: GenerationFiles, path: string, name: string): Promise<ChosenTensor> {
  const source = await files.open(path);
  await source.close();
  return { name, dtype: 'U8', shape: [source.size], path, offset: 0, bytes: source.size };
}

/**
 * Reads a query model.
 *
 * @throws AppError `format_invalid`, `format_unsupported` for one of another version.
 */
export async function readQueryModel(bytes: Uint8Array, name: string): Promise<StoredQueryModel> {
  const reader = await openSafetensors(bytesSource(name, bytes));
  const { vocabulary, coarse, ...metadata } = readMetadata(reader.metadata.get('model'), name);
  const parameters = new Map<string, Parameter>();
  const head = new Map<string, Parameter>();
  let parser: Uint8Array | undefined;
  for (const [tensor, { shape, dtype, offset, bytes: size }] of reader.tensors) {
    if (tensor === PARSER) {
      parser = bytes.slice(offset, offset + size);
      continue;
    }
    if (dtype !== 'F32' && dtype !== 'F16') {
      throw new AppError('format_invalid', `${name}: tensor "${tensor}" is ${dtype}, expected F32 or F16`);
    }
    const data = dtype === 'F16' ? halves(bytes, offset, size) : floats(bytes, offset, size);
    // What is kept is a copy, so that the rest can be freed.
    if (tensor.startsWith(COARSE)) head.set(tensor.slice(COARSE.length), { shape, data: owned(data) });
    else parameters.set(tensor, { shape, data });
  }
  return {
    ...metadata,
    vocabulary: parseVocabulary(vocabulary, name),
    parameters,
    coarse: { config: coarse, tensors: head },
    parser,
  };
}

/** Numbers of the file, in place if they are aligned: a Worker has no memory for a second copy. */
function floats(bytes: Uint8Array, offset: number, size: number): Float32Array {
  const at = bytes.byteOffset + offset;
  if (at % 4 === 0) return new Float32Array(bytes.buffer, at, size / 4);
  return new Float32Array(bytes.slice(offset, offset + size).buffer);
}

function halves(bytes: Uint8Array, offset: number, size: number): Float32Array {
  const at = bytes.byteOffset + offset;
  if (at % 2 === 0) return float16BitsToFloat32(new Uint16Array(bytes.buffer, at, size / 2));
  return float16BitsToFloat32(new Uint16Array(bytes.slice(offset, offset + size).buffer));
}

/** Numbers that do not hold the bytes of anything else. */
function owned(data: Float32Array): Float32Array {
  return data.byteLength === data.buffer.byteLength ? data : data.slice();
}

function readMetadata(text: string | undefined, name: string): z.output<typeof metadataSchema> {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch (cause) {
    throw new AppError('format_invalid', `${name} is not a query model`, { cause });
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version !== 1) {
    throw new AppError(
      'format_unsupported',
      `${name} is of version ${version}, and this program reads version 1`,
      {
        hint: 'deploy the edge worker and the reranker from the same version',
      },
    );
  }
  const parsed = metadataSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError('format_invalid', `${name}: ${issue?.path.join('.')}: ${issue?.message}`, {
    cause: parsed.error,
  });
}
