import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import { bytesSource } from '../formats/byte-source.ts';
import { assertParameters, type Parameters, parameterShapes } from '../model/index.ts';
import type { StoredRecallEncoder } from '../retrieval/recall-encoder.ts';
import {
  type FeatureIdentity,
  featureIdentitySchema,
  type GenerationManifest,
  type ModelConfig,
  modelConfigSchema,
  type Ranking,
  rankingSchema,
} from '../schema/index.ts';
import { parseVocabulary, type Vocabulary } from '../text/vocabulary.ts';
import { canonicalJson } from './canonical-json.ts';
import { sha256Hex } from './checksum.ts';
import { comparesParses } from './compares-parses.ts';
import { featuresName, sameFeatures } from './feature-names.ts';
import { type GenerationFiles, readWhole } from './generation-files.ts';
import { MODEL_FILES } from './model-paths.ts';
import { decodeTensors, encodeTensors } from './tensors.ts';

/** SHA-256 of the content of each part, whatever file it came from. */
export type Fingerprints = GenerationManifest['model']['fingerprints'];

/** Everything that turns features and sentences into scores, in our own format. */
export interface Model {
  readonly config: ModelConfig;
  /** The source of the features that it was trained on; undefined when that is not known, as of the released models. */
  readonly features?: FeatureIdentity | undefined;
  readonly parameters: Parameters;
  readonly vocabulary: Vocabulary;
  /** Opened by `openRecallEncoder` and `openTextEncoder` of shared/retrieval. */
  readonly coarse: StoredRecallEncoder;
  /** How its GSMN scores and coarse scores are fused. */
  readonly ranking: Ranking;
  /** The file of the parser, for a model whose scores depend on parses (`comparesParses`). */
  readonly parser?: Uint8Array | undefined;
  readonly fingerprints: Fingerprints;
}

const FORMAT = 'gsmn-model';
const HINT =
  'files of different models were mixed, or one was changed; prepare the model again from its checkpoint';

const configFileSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(1),
  config: modelConfigSchema,
  features: featureIdentitySchema.optional(),
  ranking: rankingSchema,
  fingerprints: z.object({
    network: z.string(),
    vocabulary: z.string(),
    coarse: z.string(),
    parser: z.string().optional(),
  }),
});

/**
 * Makes a model from parts that belong together: checks shapes and computes fingerprints.
 *
 * @throws AppError `shape_mismatch`; `file_missing` if the model needs a parser and none is given.
 */
export async function createModel(parts: Omit<Model, 'fingerprints'>): Promise<Model> {
  const { config, features, parameters, vocabulary, coarse, ranking } = parts;
  assertParameters(config, parameters);
  if (features !== undefined && features.featureSize !== config.imageFeatureSize) {
    throw new AppError(
      'shape_mismatch',
      `the model takes ${config.imageFeatureSize} features a region and names ${featuresName(features)}`,
      { hint: 'name the source that the network was trained with' },
    );
  }
  const parser = comparesParses(config) ? parts.parser : undefined;
  if (comparesParses(config) && parser === undefined) {
    throw new AppError('file_missing', 'the model compares parses but has no parser', {
      hint: 'prepare it again from its checkpoint',
    });
  }
  if (vocabulary.size !== config.vocabularySize) {
    throw new AppError(
      'shape_mismatch',
      `the vocabulary has ${vocabulary.size} words, the network knows ${config.vocabularySize}`,
      { hint: 'use the vocabulary that the network was trained with' },
    );
  }
  const ordered: Parameters = new Map(
    [...parameterShapes(config).keys()].flatMap((name) => {
      const found = parameters.get(name);
      return found === undefined ? [] : [[name, found] as const];
    }),
  );
  const fingerprints = {
    network: await contentHash(config, ordered),
    vocabulary: await sha256Hex([JSON.stringify(words(vocabulary))]),
    coarse: await contentHash(coarse.config, coarse.tensors),
    ...(parser === undefined ? {} : { parser: await sha256Hex([parser]) }),
  };
  return { config, features, parameters: ordered, vocabulary, coarse, ranking, parser, fingerprints };
}

/** The files of a model folder. The same model gives the same bytes. */
export function modelFiles(model: Model): Map<string, Uint8Array> {
  const { config, features, ranking, fingerprints, vocabulary, coarse } = model;
  const head = { format: FORMAT, version: 1, config, features, ranking, fingerprints };
  return new Map([
    [MODEL_FILES.config, jsonBytes(head)],
    [MODEL_FILES.network, encodeTensors(model.parameters)],
    [MODEL_FILES.vocabulary, jsonBytes(publishedVocabulary(vocabulary))],
    [MODEL_FILES.coarse, jsonBytes(coarse.config)],
    [MODEL_FILES.coarseTensors, encodeTensors(coarse.tensors)],
    ...(model.parser === undefined ? [] : [[MODEL_FILES.parser, model.parser] as const]),
  ]);
}

/**
 * Reads a model folder and checks that its parts belong together.
 *
 * @throws AppError `file_missing`, `format_invalid`, `format_unsupported`, `shape_mismatch`, `fingerprint_mismatch`.
 */
export async function readModel(files: GenerationFiles): Promise<Model> {
  const name = (path: string): string => `${files.name}/${path}`;
  const json = async (path: string): Promise<unknown> => parseJson(await readWhole(files, path), name(path));
  const tensors = async (path: string): Promise<Parameters> =>
    decodeTensors(bytesSource(name(path), await readWhole(files, path)));

  const { config, features, ranking, fingerprints } = parseConfigFile(
    await json(MODEL_FILES.config),
    name(MODEL_FILES.config),
  );
  const vocabularyText = new TextDecoder().decode(await readWhole(files, MODEL_FILES.vocabulary));
  const model = await createModel({
    config,
    features,
    parameters: await tensors(MODEL_FILES.network),
    vocabulary: parseVocabulary(vocabularyText, name(MODEL_FILES.vocabulary)),
    coarse: { config: await json(MODEL_FILES.coarse), tensors: await tensors(MODEL_FILES.coarseTensors) },
    ranking,
    parser: comparesParses(config) ? await readWhole(files, MODEL_FILES.parser) : undefined,
  });
  assertFingerprints(fingerprints, model.fingerprints, files.name);
  return model;
}

/**
 * Refuses a model that does not match the manifest, or that was trained on features of another source.
 *
 * @throws AppError `fingerprint_mismatch`.
 */
export function assertModelOf(manifest: GenerationManifest, model: Model): void {
  const where = `generation ${manifest.id}`;
  assertFingerprints(manifest.model.fingerprints, model.fingerprints, where);
  if (!sameFeatures(manifest.features, model.features)) {
    throw new AppError(
      'fingerprint_mismatch',
      `${where} holds ${featuresName(manifest.features)}, its model takes ${featuresName(model.features)}`,
      { hint: HINT },
    );
  }
  if (canonicalJson(manifest.model.config) !== canonicalJson(model.config)) {
    throw new AppError('fingerprint_mismatch', `${where} was built with another configuration`, {
      hint: HINT,
    });
  }
}

function assertFingerprints(expected: Fingerprints, found: Fingerprints, where: string): void {
  const short = (fingerprint: string | undefined) =>
    fingerprint === undefined ? 'none' : `${fingerprint.slice(0, 12)}…`;
  for (const part of ['network', 'vocabulary', 'coarse', 'parser'] as const) {
    if (expected[part] === found[part]) continue;
    throw new AppError(
      'fingerprint_mismatch',
      `${where}: its ${part} is ${short(found[part])}, expected ${short(expected[part])}`,
      { hint: HINT },
    );
  }
}

function parseConfigFile(
  value: unknown,
  name: string,
): Pick<Model, 'config' | 'features' | 'ranking' | 'fingerprints'> {
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version !== 1) {
    throw new AppError(
      'format_unsupported',
      `${name} has version ${version}, but this program reads version 1`,
    );
  }
  const parsed = configFileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError('format_invalid', `${name}: ${issue?.path.join('.')}: ${issue?.message}`, {
    cause: parsed.error,
  });
}

/** Hash of a configuration and of named tensors: shapes and float32 numbers, independent of the file format. */
async function contentHash(config: unknown, tensors: Parameters): Promise<string> {
  const sorted = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  const index = sorted.map(([name, { shape }]) => [name, shape]);
  return sha256Hex([
    canonicalJson({ config, tensors: index }),
    ...sorted.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);
}

function words(vocabulary: Vocabulary): string[] {
  return Array.from({ length: vocabulary.size }, (_, id) => vocabulary.wordOf(id));
}

/** The format of the published vocabularies. */
function publishedVocabulary(vocabulary: Vocabulary): object {
  const all = words(vocabulary);
  return {
    word2idx: Object.fromEntries(all.map((word, id) => [word, id])),
    idx2word: Object.fromEntries(all.map((word, id) => [id, word])),
    idx: all.length,
  };
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, undefined, 1)}\n`);
}

function parseJson(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new AppError('format_invalid', `${name} is not JSON`, { cause });
  }
}
