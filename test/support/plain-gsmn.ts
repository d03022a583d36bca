import { type CaptionGraph, type ImageGraph, type Parameters, parameter } from '../../shared/model/index.ts';
import type { ModelConfig } from '../../shared/schema/index.ts';

/**
 * GSMN written down word by word from the paper in float64, with contexts of D numbers and without any of the product's
 * code: slow, and only there to be compared with.
 */

type Matrix = number[][];

const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const dot = (a: readonly number[], b: readonly number[]) =>
  sum(a.map((value, index) => value * (b[index] as number)));
const norm = (a: readonly number[]) => Math.sqrt(dot(a, a));
const transpose = (m: Matrix): Matrix =>
  (m[0] ?? []).map((_, column) => m.map((row) => row[column] as number));
const at = <T>(values: readonly T[], index: number): T => values[index] as T;
const l2 = (a: readonly number[]) => a.map((value) => value / (norm(a) + 1e-8));

function softmax(values: readonly number[]): number[] {
  const largest = Math.max(...values);
  const exponentials = values.map((value) => Math.exp(value - largest));
  return exponentials.map((value) => value / sum(exponentials));
}

function rows(data: ArrayLike<number>, width: number): Matrix {
  const all = Array.from(data);
  return range(all.length / width).map((row) => all.slice(row * width, (row + 1) * width));
}

function weighted(weights: readonly number[], vectors: Matrix): number[] {
  return transpose(vectors).map((column) => dot(weights, column));
}

function reader(parameters: Parameters) {
  return (name: string): Matrix => {
    const { shape, data } = parameter(parameters, name);
    return rows(data, shape.length === 1 ? data.length : (shape[1] as number));
  };
}

/** `W x + b`. */
function linear(weight: Matrix, bias: readonly number[] | undefined, x: readonly number[]): number[] {
  return weight.map((row, index) => dot(row, x) + (bias?.[index] ?? 0));
}

/** One image's nodes `[R, D]`. */
export function plainImageNodes(
  config: ModelConfig,
  parameters: Parameters,
  features: ArrayLike<number>,
): number[] {
  const read = reader(parameters);
  const [weight, bias] = [read('image_encoder.fc.weight'), at(read('image_encoder.fc.bias'), 0)];
  return rows(features, config.imageFeatureSize).flatMap((x) => {
    const v = linear(weight, bias, x);
    return config.normalizeImages ? l2(v) : v;
  });
}

function gru(parameters: Parameters, suffix: string, inputs: Matrix): Matrix {
  const read = reader(parameters);
  const name = (kind: string) => `text_encoder.rnn.${kind}_${suffix}`;
  const [wi, wh] = [read(name('weight_ih')), read(name('weight_hh'))];
  const [bi, bh] = [at(read(name('bias_ih')), 0), at(read(name('bias_hh')), 0)];
  const size = wh.length / 3;
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  let h: number[] = range(size).map(() => 0);
  return inputs.map((x) => {
    const [gi, gh] = [linear(wi, bi, x), linear(wh, bh, h)];
    h = range(size).map((d) => {
      const r = sigmoid(at(gi, d) + at(gh, d));
      const z = sigmoid(at(gi, size + d) + at(gh, size + d));
      const n = Math.tanh(at(gi, 2 * size + d) + r * at(gh, 2 * size + d));
      return (1 - z) * n + z * at(h, d);
    });
    return h;
  });
}

/** One caption's nodes `[L, D]`. */
export function plainWordNodes(
  config: ModelConfig,
  parameters: Parameters,
  ids: readonly number[],
): number[] {
  const table = reader(parameters)('text_encoder.embed.weight');
  let x: Matrix = ids.map((id) => at(table, id));
  let outputs: Matrix[] = [];
  for (const layer of range(config.layers)) {
    outputs = [gru(parameters, `l${layer}`, x)];
    if (config.bidirectional) outputs.push(gru(parameters, `l${layer}_reverse`, x.toReversed()).toReversed());
    x = range(ids.length).map((word) => outputs.flatMap((output) => at(output, word)));
  }
  return range(ids.length).flatMap((word) => {
    const states = outputs.map((output) => at(output, word));
    const mean = range(config.jointSize).map((d) => sum(states.map((state) => at(state, d))) / states.length);
    return config.normalizeCaptions ? l2(mean) : mean;
  });
}

/** Block cosines of every node with its context. */
function matchingVectors(nodes: Matrix, attention: Matrix, others: Matrix, blocks: number): Matrix {
  return nodes.map((node, index) => {
    const context = weighted(at(attention, index), others);
    const size = node.length / blocks;
    return range(blocks).map((b) => {
      const [x, c] = [node, context].map((vector) => vector.slice(b * size, (b + 1) * size)) as [
        number[],
        number[],
      ];
      return dot(x, c) / Math.max(norm(x) * norm(c), 1e-8);
    });
  });
}

/** `[K][R][R]`, kernel weights of the image graph. */
function imageEdges(parameters: Parameters, boxes: ArrayLike<number>, kernels: number): Matrix[] {
  const read = reader(parameters);
  const value = (name: string, k: number) => at(at(read(`image_graph.graph_convolution_1.${name}`), k), 0);
  const centres = rows(boxes, 4).map(([x1 = 0, y1 = 0, x2 = 0, y2 = 0]) => [(x1 + x2) / 2, (y1 + y2) / 2]);
  const densities = centres.map((i) =>
    centres.map((j) => {
      const [dx, dy] = [at(i, 0) - at(j, 0), at(i, 1) - at(j, 1)];
      const weights = range(kernels).map((k) => {
        const turn = Math.abs(Math.atan2(dx, dy) - value('mean_theta', k));
        const angle = Math.min(turn, Math.abs(2 * Math.PI - turn));
        const distance = Math.hypot(dx, dy) - value('mean_rho', k);
        return (
          Math.exp((-0.5 * distance ** 2) / (1e-14 + value('precision_rho', k) ** 2)) *
          Math.exp((-0.5 * angle ** 2) / (1e-14 + value('precision_theta', k) ** 2))
        );
      });
      return weights.map((weight) => weight / sum(weights));
    }),
  );
  return range(kernels).map((k) => densities.map((row) => row.map((weights) => at(weights, k))));
}

/** `[L][L]`, weights of the caption graph. */
function captionEdges(
  config: ModelConfig,
  words: Matrix,
  dependencies: CaptionGraph['dependencies'],
): Matrix {
  const joined = new Set((dependencies ?? []).slice(1).flatMap(([a, b]) => [`${a},${b}`, `${b},${a}`]));
  return words.map((word, i) => {
    const soft = softmax(words.map((other) => config.softmaxTemperature * dot(word, other)));
    const kept = soft.map((e, j) => (!config.sparse || i === j || joined.has(`${i},${j}`) ? e : 0));
    return kept.map((e) => e / sum(kept));
  });
}

/** Score of every node after convolution (`edges[k][i][j]`) and output layers. */
function nodeScores(
  parameters: Parameters,
  part: string,
  convolution: string,
  config: ModelConfig,
  matches: Matrix,
  edges: readonly Matrix[],
): number[] {
  const read = reader(parameters);
  const normalized = (name: string) =>
    read(`${name}.weight_v`).map((row, index) =>
      row.map((v) => (v / norm(row)) * at(at(read(`${name}.weight_g`), index), 0)),
    );
  return matches.map((own, i) => {
    const hidden = range(config.kernels).flatMap((k) => {
      const row = at(at(edges, k), i);
      const propagated = weighted(row, config.propagation === 'self' ? matches.map(() => own) : matches);
      const biasName = `${convolution}.conv_weights.${k}.bias`;
      const bias = parameters.has(biasName) ? at(read(biasName), 0) : undefined;
      return linear(read(`${convolution}.conv_weights.${k}.weight`), bias, propagated);
    });
    const first = linear(normalized(`${part}.out_1`), at(read(`${part}.out_1.bias`), 0), hidden).map(
      Math.tanh,
    );
    return at(linear(normalized(`${part}.out_2`), at(read(`${part}.out_2.bias`), 0), first), 0);
  });
}

/** Everything of one pair. */
export function plainPair(
  config: ModelConfig,
  parameters: Parameters,
  image: ImageGraph,
  caption: CaptionGraph,
) {
  const [v, t] = [rows(image.nodes, config.jointSize), rows(caption.words, config.jointSize)];
  const affinity = v.map((region) => t.map((word) => dot(region, word)).map((s) => (s > 0 ? s : 0.1 * s)));
  const heat = (logits: Matrix) =>
    logits.map((row) => softmax(row.map((x) => config.softmaxTemperature * x)));
  const wordAttention = heat(transpose(affinity.map(l2)));
  const regionAttention = heat(transpose(transpose(affinity).map(l2)));
  const regionScores = nodeScores(
    parameters,
    'image_graph',
    'image_graph.graph_convolution_1',
    config,
    matchingVectors(v, regionAttention, t, config.blocks),
    imageEdges(parameters, image.boxes, config.kernels),
  );
  const edges = captionEdges(config, t, caption.dependencies);
  const wordScores = nodeScores(
    parameters,
    'text_graph',
    'text_graph.graph_convolution_3',
    config,
    matchingVectors(t, wordAttention, v, config.blocks),
    range(config.kernels).map(() => edges),
  );
  return {
    wordAttention: wordAttention.flat(),
    regionAttention: regionAttention.flat(),
    wordScores,
    regionScores,
    imageToText: sum(regionScores) / regionScores.length,
    textToImage: sum(wordScores) / wordScores.length,
  };
}
