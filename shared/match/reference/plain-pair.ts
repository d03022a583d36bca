import type { CaptionGraph, ImageGraph, PairEvidence, Parameters } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import {
  at,
  dot,
  l2,
  linear,
  type Matrix,
  norm,
  range,
  reader,
  rows,
  softmax,
  sum,
  transpose,
  weighted,
} from './matrices.ts';

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
  const convolutions = range(config.kernels).map((k) => {
    const name = `${convolution}.conv_weights.${k}`;
    const bias = parameters.has(`${name}.bias`) ? at(read(`${name}.bias`), 0) : undefined;
    return { weight: read(`${name}.weight`), bias };
  });
  const [first, firstBias] = [normalized(`${part}.out_1`), at(read(`${part}.out_1.bias`), 0)];
  const [second, secondBias] = [normalized(`${part}.out_2`), at(read(`${part}.out_2.bias`), 0)];
  return matches.map((own, i) => {
    const hidden = convolutions.flatMap(({ weight, bias }, k) => {
      const row = at(at(edges, k), i);
      const propagated = weighted(row, config.propagation === 'self' ? matches.map(() => own) : matches);
      return linear(weight, bias, propagated);
    });
    return at(linear(second, secondBias, linear(first, firstBias, hidden).map(Math.tanh)), 0);
  });
}

/**
 * Full matching of one pair, written literally from the paper in float64: contexts of D numbers are computed, edges
 * have their weights, nothing is precomputed. Every matcher is compared with it.
 */
export function plainPair(
  config: ModelConfig,
  parameters: Parameters,
  image: ImageGraph,
  caption: CaptionGraph,
): PairEvidence {
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
    wordAttention: Float32Array.from(wordAttention.flat()),
    regionAttention: Float32Array.from(regionAttention.flat()),
    wordScores: Float32Array.from(wordScores),
    regionScores: Float32Array.from(regionScores),
    imageToText: sum(regionScores) / regionScores.length,
    textToImage: sum(wordScores) / wordScores.length,
  };
}
