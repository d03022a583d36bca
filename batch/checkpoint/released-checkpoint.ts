import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { assertFinite } from '../../shared/formats/numbers/assert-finite.ts';
import { assertParameters, type Parameter, type Parameters } from '../../shared/model/index.ts';
import {
  type FeatureIdentity,
  featureIdentitySchema,
  type ModelConfig,
  type Propagation,
  propagationSchema,
} from '../../shared/schema/index.ts';

/** A tensor as returned by the checkpoint reader. */
interface Tensor {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** The contents of a checkpoint of the released code. */
export interface ReleasedCheckpoint {
  readonly config: ModelConfig;
  /** What our own converter adds to the options. */
  readonly features: FeatureIdentity | undefined;
  readonly parameters: Parameters;
  readonly epoch: number | undefined;
  readonly bestRsum: number | undefined;
  /** Steps of the optimiser so far (`Eiters`). */
  readonly iterations: number | undefined;
  /** The training options, unchanged. */
  readonly options: ReadonlyMap<string, unknown>;
}

/** Our option in which a converted checkpoint names the source of its features, as JSON. */
export const FEATURES_OPTION = 'feature_source';

/** The four state dictionaries of `model`, in the order of the released code. */
export const RELEASED_PARTS = ['image_encoder', 'text_encoder', 'image_graph', 'text_graph'] as const;

function invalid(name: string, message: string): AppError {
  return new AppError('format_invalid', `${name}: ${message}`, {
    hint: 'expected a checkpoint of the GSMN code: epoch, model (four state dictionaries), opt',
  });
}

/** Dictionaries, ordered dictionaries and namespaces, however they were pickled. */
function entries(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (value instanceof Map) return value as ReadonlyMap<string, unknown>;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value));
}

function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'shape' in value && 'data' in value;
}

function readParameters(name: string, model: unknown): Map<string, Parameter> {
  if (!Array.isArray(model) || model.length !== RELEASED_PARTS.length) {
    throw invalid(name, `"model" must be a list of ${RELEASED_PARTS.length} state dictionaries`);
  }
  const parameters = new Map<string, Parameter>();
  for (const [index, part] of RELEASED_PARTS.entries()) {
    const state = entries(model[index]);
    if (state === undefined) throw invalid(name, `"model[${index}]" is not a state dictionary`);
    for (const [key, value] of state) {
      if (!isTensor(value)) throw invalid(name, `"model[${index}].${key}" is not a tensor`);
      const data = value.data instanceof Float32Array ? value.data : Float32Array.from(value.data);
      assertFinite(name, `model[${index}].${key}`, { shape: value.shape, data });
      // DataParallel adds its own name to every key.
      parameters.set(`${part}.${key.replace(/^module\./, '')}`, { shape: value.shape, data });
    }
  }
  return parameters;
}

/**
 * Sizes are taken from the tensors, which are reliable; settings (λ, normalisation, sparse) from the options, which are
 * the only source for them.
 */
function readConfig(
  name: string,
  parameters: Parameters,
  options: ReadonlyMap<string, unknown>,
  propagation: Propagation,
): ModelConfig {
  const extent = (key: string, axis: number): number => {
    const value = parameters.get(key)?.shape[axis];
    if (value === undefined) throw invalid(name, `there is no parameter "${key}" of that rank`);
    return value;
  };
  const flag = (key: string): boolean => options.get(key) === true;
  const lambda = Number(options.get('lambda_softmax'));
  if (!(lambda > 0)) throw invalid(name, '"opt.lambda_softmax" is not a positive number');
  const convolution = 'image_graph.graph_convolution_1';
  const kernels = extent(`${convolution}.mean_rho`, 0);
  const names = [...parameters.keys()];
  return {
    imageFeatureSize: extent('image_encoder.fc.weight', 1),
    vocabularySize: extent('text_encoder.embed.weight', 0),
    wordEmbeddingSize: extent('text_encoder.embed.weight', 1),
    jointSize: extent('image_encoder.fc.weight', 0),
    blocks: extent(`${convolution}.conv_weights.0.weight`, 1),
    kernels,
    hiddenSize: kernels * extent(`${convolution}.conv_weights.0.weight`, 0),
    layers: names.filter((key) => /^text_encoder\.rnn\.weight_ih_l\d+$/.test(key)).length,
    bidirectional: names.includes('text_encoder.rnn.weight_ih_l0_reverse'),
    normalizeImages: !flag('no_imgnorm'),
    normalizeCaptions: !flag('no_txtnorm'),
    softmaxTemperature: lambda,
    sparse: flag('is_sparse'),
    propagation,
  };
}

/** The propagation in the training options; the released code has no such option and propagates a node's own vector. */
function namedPropagation(name: string, options: ReadonlyMap<string, unknown>): Propagation {
  const value = options.get('propagation');
  if (value === undefined || value === null) return 'self';
  const parsed = propagationSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(name, `"opt.propagation" is not one of ${propagationSchema.options.join(', ')}`);
}

/** The source of the features; the released code does not name one. */
function namedFeatures(name: string, options: ReadonlyMap<string, unknown>): FeatureIdentity | undefined {
  const value = options.get(FEATURES_OPTION);
  if (value === undefined || value === null) return undefined;
  try {
    return featureIdentitySchema.parse(JSON.parse(z.string().parse(value)));
  } catch (cause) {
    throw new AppError('format_invalid', `${name}: "opt.${FEATURES_OPTION}" does not name a feature source`, {
      cause,
    });
  }
}

/**
 * Reads the tree of values of a `.pth.tar` of the released code.
 *
 * @param name the name of the file in messages.
 * @param propagation the requested one; by default that of the training options, else `self`.
 * @throws AppError `format_invalid`, `shape_mismatch`.
 */
export function readReleasedCheckpoint(
  name: string,
  root: unknown,
  propagation?: Propagation,
): ReleasedCheckpoint {
  const fields = entries(root);
  const options = entries(fields?.get('opt'));
  if (fields === undefined || options === undefined)
    throw invalid(name, 'there are no training options "opt"');
  const parameters = readParameters(name, fields.get('model'));
  const config = readConfig(name, parameters, options, propagation ?? namedPropagation(name, options));
  assertParameters(config, parameters);
  const number = (key: string): number | undefined => {
    const value = fields.get(key);
    return typeof value === 'number' ? value : undefined;
  };
  return {
    config,
    parameters,
    features: namedFeatures(name, options),
    epoch: number('epoch'),
    bestRsum: number('best_rsum'),
    iterations: number('Eiters'),
    options,
  };
}
