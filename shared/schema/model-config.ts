import { z } from 'zod';

/** Which matching vectors the graph convolution propagates (docs/network.md). */
export const propagationSchema = z.enum(['self', 'neighbours']);
export type Propagation = z.infer<typeof propagationSchema>;

/** `clean`, or the released evaluation with its habits (docs/network.md). */
export const protocolSchema = z.enum(['clean', 'released']);
export type Protocol = z.infer<typeof protocolSchema>;

export const backendSchema = z.enum(['simd', 'webgpu', 'tensorflow', 'wasm']);
export type Backend = z.infer<typeof backendSchema>;

/** Numbers that the fused matcher multiplies: float32, or bytes with scales (docs/performance.md). */
export const matchPrecisionSchema = z.enum(['f32', 'i8']);
export type MatchPrecision = z.infer<typeof matchPrecisionSchema>;

const size = z.number().int().positive();

/**
 * The hyper-parameters that determine every shape of the network. The letters are those of the project's legend of
 * dimensions: F, E, V, D, T, K, H (R regions and L words vary by image and caption).
 */
export const modelConfigSchema = z.object({
  /** F, length of one region's feature vector (released: `img_dim`). */
  imageFeatureSize: size,
  /** V, words of the vocabulary. */
  vocabularySize: size,
  /** E, length of a word embedding (`word_dim`). */
  wordEmbeddingSize: size,
  /** D, length of a node in the joint space (`embed_size`). */
  jointSize: size,
  /** T, blocks that a node is cut into for the matching vector (`num_block`, `feat_dim`). */
  blocks: size,
  /** K, Gaussian kernels of the graph convolution (8 in the released code). */
  kernels: size,
  /** H, hidden units of the graph convolution (`hid_dim`). */
  hiddenSize: size,
  /** GRU layers (`num_layers`). */
  layers: size,
  /** `bi_gru`: the mean of a forward and a backward GRU. */
  bidirectional: z.boolean(),
  /** Whether region nodes are divided by their norm (not `no_imgnorm`). */
  normalizeImages: z.boolean(),
  /** Whether word nodes are divided by their norm (not `no_txtnorm`). */
  normalizeCaptions: z.boolean(),
  /** λ, inverse temperature of every softmax (`lambda_softmax`). */
  softmaxTemperature: z.number().positive(),
  /** `is_sparse`: the edges of the caption graph are its parse instead of all pairs of words. */
  sparse: z.boolean(),
  propagation: propagationSchema,
});
export type ModelConfig = z.infer<typeof modelConfigSchema>;
