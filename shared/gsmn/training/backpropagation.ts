import * as tf from '@tensorflow/tfjs';
import type { ModelConfig } from '../../schema/index.ts';
import { captionBatch } from '../caption-batch.ts';
import { imageBatch, imageLayout } from '../image-batch.ts';
import { encodeRegions, imageEncoderWeights } from '../image-encoder.ts';
import { type NetworkTensors, networkTensor } from '../network-tensors.ts';
import { matchingWeights, matchPairs } from '../pair-matching.ts';
import { encodeWords, textEncoderWeights } from '../text-encoder.ts';
import { spans } from '../work-plan.ts';
import { type EncodedGraphs, matchPairList } from './paired-matching.ts';
import type { TrainingBatch } from './training-batch.ts';

/** Numbers of one context tensor while chosen pairs are differentiated: 16 MiB. */
const CONTEXT_NUMBERS = 4 * 2 ** 20;

/** Numbers of the largest tensor while all pairs are differentiated: 32 MiB. */
const PRODUCT_NUMBERS = 8 * 2 ** 20;

/** From this share of the pairs on, differentiating all of them in large products costs less than selecting some. */
const DENSE_SHARE = 0.3;

/** Gradients by parameter name. */
export type Gradients = Map<string, tf.Tensor>;

/** Encodes a batch. The caller owns the tensors. */
export function encodeGraphs(
  network: NetworkTensors,
  batch: TrainingBatch,
  config: ModelConfig,
): EncodedGraphs {
  return tf.tidy(() => ({
    nodes: encodeNodes(network, batch, config),
    layout: imageLayout(network, batch.boxes, config),
    words: encodeWords(textEncoderWeights(network, config), batch.captions),
  }));
}

function encodeNodes(network: NetworkTensors, batch: TrainingBatch, config: ModelConfig): tf.Tensor3D {
  return tf.tidy(() => {
    const size = batch.boxes.length;
    const rows = batch.features.length / config.imageFeatureSize;
    const features = tf.tensor2d(batch.features, [rows, config.imageFeatureSize]);
    const nodes = encodeRegions(imageEncoderWeights(network, config), features);
    return tf.reshape(nodes, [size, rows / size, config.jointSize]);
  });
}

/** Captions of a span, padded to the longest of them. They are sorted by falling length. */
function spanCaptions(
  words: tf.Tensor3D,
  { captions, dependencies }: TrainingBatch,
  { start, end }: { readonly start: number; readonly end: number },
  config: ModelConfig,
) {
  const own = captions.slice(start, end);
  const longest = Math.max(...own.map((caption) => caption.length));
  const some = tf.slice(words, [start, 0, 0], [end - start, longest, -1]);
  const lengths = own.map((caption) => caption.length);
  return captionBatch(some, lengths, dependencies.slice(start, end), config);
}

/** Captions that are matched with all images at once, by the size of contexts or block products (`matchNodes`). */
function captionSpans({ boxes, captions }: TrainingBatch, { blocks, jointSize }: ModelConfig) {
  const regions = (boxes[0]?.length ?? 0) / 4;
  const longest = captions[0]?.length ?? 1;
  const perPair = Math.min(jointSize * Math.max(regions, longest), blocks * regions * longest);
  const perCaption = boxes.length * perPair;
  return spans(captions.length, Math.max(1, Math.floor(PRODUCT_NUMBERS / perCaption)));
}

/** GSMN scores of all pairs, `[B, B]`, without a tape. The caller owns it. */
export function scoreAllPairs(
  network: NetworkTensors,
  graphs: EncodedGraphs,
  batch: TrainingBatch,
  config: ModelConfig,
): tf.Tensor2D {
  return tf.tidy(() => {
    const weights = matchingWeights(network, config);
    const images = imageBatch(graphs.nodes, graphs.layout, config.blocks);
    const parts = captionSpans(batch, config).map((span) =>
      tf.tidy(() => {
        const matches = matchPairs(weights, images, spanCaptions(graphs.words, batch, span, config), config);
        return tf.add(matches.imageToText, matches.textToImage) as tf.Tensor2D;
      }),
    );
    return tf.concat(parts, 1);
  });
}

/**
 * Gradients of `Σ coefficient · score` with respect to every parameter that it depends on, in two stages: from the scores back to
 * nodes, layout and words, for some of the pairs at a time, then from their sums back through the encoders. Pairs without a
 * coefficient are never differentiated: with the worst violation, these are all but 3 in B pairs, and the result is the same.
 * The caller owns the tensors.
 * @param coefficients `∂loss/∂score`, `[B, B]`
 */
export function backpropagate(
  network: NetworkTensors,
  graphs: EncodedGraphs,
  batch: TrainingBatch,
  coefficients: Float32Array,
  config: ModelConfig,
): Gradients {
  const names = [...network.keys()].filter(isMatching);
  const parts = matchingParts(network, batch, coefficients, config);
  const inputs = [graphs.nodes, graphs.layout, graphs.words];
  const variables = names.map((name) => networkTensor(network, name));
  const sums: (tf.Tensor | undefined)[] = [];
  for (const part of parts) {
    const { grads } = tf.tidy(() =>
      tf.engine().gradients(() => part(graphs), [...inputs, ...variables], undefined, true),
    );
    for (const [index, gradient] of (grads as (tf.Tensor | null)[]).entries()) {
      if (gradient === null) continue;
      const before = sums[index];
      sums[index] = before === undefined ? gradient : tf.add(before, gradient);
      if (before !== undefined) tf.dispose([before, gradient]);
    }
  }
  const [nodes, layout, words, ...own] = sums;
  const gradients: Gradients = new Map();
  for (const [index, name] of names.entries()) {
    const gradient = own[index];
    if (gradient !== undefined) gradients.set(name, gradient);
  }
  const through = (pattern: RegExp, output: () => tf.Tensor, upstream: tf.Tensor | undefined): void => {
    if (upstream === undefined) return;
    const [within, wanted] = [[...network.keys()].filter((name) => pattern.test(name)), [] as tf.Tensor[]];
    for (const name of within) wanted.push(networkTensor(network, name));
    const { grads } = tf.tidy(() =>
      tf.engine().gradients(output as () => tf.Scalar, wanted, upstream as tf.Scalar),
    );
    for (const [index, name] of within.entries()) gradients.set(name, grads[index] as tf.Tensor);
    upstream.dispose();
  };
  through(/^image_encoder\./, () => encodeNodes(network, batch, config), nodes);
  through(LAYOUT, () => imageLayout(network, batch.boxes, config), layout);
  through(/^text_encoder\./, () => encodeWords(textEncoderWeights(network, config), batch.captions), words);
  return gradients;
}

/** Parameters of the Gaussian kernels of the layout. */
const LAYOUT = /^image_graph\..*\.(mean|precision)_(rho|theta)$/;

/** Parameters between the graphs and the scores. `params` cancels (docs/network.md). */
function isMatching(name: string): boolean {
  return /^(image|text)_graph\./.test(name) && !LAYOUT.test(name) && !name.endsWith('.params');
}

type Part = (graphs: EncodedGraphs) => tf.Scalar;

/** `Σ coefficient · score` as a sum of parts that are differentiated one after another. */
function matchingParts(
  network: NetworkTensors,
  batch: TrainingBatch,
  coefficients: Float32Array,
  config: ModelConfig,
): Part[] {
  const size = batch.boxes.length;
  const chosen = [...coefficients.keys()].filter((pair) => coefficients[pair] !== 0);
  if (chosen.length > DENSE_SHARE * size * size) {
    return captionSpans(batch, config).map((span) => (graphs) => {
      const images = imageBatch(graphs.nodes, graphs.layout, config.blocks);
      const captions = spanCaptions(graphs.words, batch, span, config);
      const matches = matchPairs(matchingWeights(network, config), images, captions, config);
      const own = tf.slice(
        tf.tensor2d(coefficients, [size, size]),
        [0, span.start],
        [size, span.end - span.start],
      );
      return tf.sum(tf.mul(tf.add(matches.imageToText, matches.textToImage), own)) as tf.Scalar;
    });
  }
  // Sorted by caption, so that pairs of one part have similar lengths.
  chosen.sort((a, b) => (a % size) - (b % size) || a - b);
  const lengths = batch.captions.map((caption) => caption.length);
  const regions = (batch.boxes[0]?.length ?? 0) / 4;
  const perPair = (regions + (lengths[0] ?? 1)) * config.jointSize;
  return spans(chosen.length, Math.max(1, Math.floor(CONTEXT_NUMBERS / perPair))).map(({ start, end }) => {
    const part = chosen.slice(start, end);
    const pairs = {
      images: part.map((pair) => Math.floor(pair / size)),
      captions: part.map((pair) => pair % size),
    };
    return (graphs) => {
      const weights = matchingWeights(network, config);
      const scores = matchPairList(weights, graphs, lengths, batch.dependencies, pairs, config);
      const own = tf.tensor1d(part.map((pair) => coefficients[pair] ?? 0));
      return tf.sum(tf.mul(scores, own)) as tf.Scalar;
    };
  });
}
