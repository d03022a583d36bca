import type { DependencyTree } from '../dependency-tree.ts';
import { DIRECTIONS, LAYERS, LEAK, tensorShapes } from '../parser-config.ts';
import type { ParserModel } from '../parser-model.ts';
import { maximumSpanningTree } from '../spanning-tree.ts';
import { FEATURES, featureLookup, ROOT_ROWS } from '../word-features.ts';

type Matrix = number[][];

/** The results of the plain network for a sentence. */
export interface PlainParse {
  readonly tree: DependencyTree;
  /** Log-likelihoods of heads, `[n + 1, n + 1]`: a row for each dependent, the root first. */
  readonly arcs: Matrix;
  /** `[n + 1, U]` */
  readonly universalTags: Matrix;
}

/** Parses one sentence in float64, loop by loop: slow, but plain enough to be obviously correct. */
export function plainParse({ config, tensors }: ParserModel, words: readonly string[]): PlainParse {
  const shapes = tensorShapes(config);
  const read = (name: string): Matrix => {
    const [data, shape] = [tensors.get(name) ?? new Float32Array(), shapes.get(name) ?? []];
    const width = shape.at(-1) ?? 1;
    return Array.from({ length: data.length / width }, (_, row) => [
      ...data.subarray(row * width, (row + 1) * width),
    ]);
  };
  const vector = (name: string): number[] => read(name)[0] ?? [];
  const linear = (x: Matrix, name: string): Matrix =>
    addRows(product(x, read(`${name}.weight`)), vector(`${name}.bias`));
  const tables = FEATURES.map((feature) => [feature, read(`table.${feature}`)] as const);
  const lookUp = featureLookup(config.entries);
  let x = [ROOT_ROWS, ...words.map(lookUp)].map((rows) =>
    tables.flatMap(([feature, table]) => table[rows[feature]] ?? []),
  );
  let tags: Matrix = [];
  let universalTags: Matrix = [];
  for (let layer = 0; layer < LAYERS; layer++) {
    const [forward, backward] = DIRECTIONS.map((direction) => {
      const name = `gru.${layer}.${direction}`;
      const projected = addRows(product(x, read(`${name}.input`)), vector(`${name}.bias`));
      const ordered = direction === 'forward' ? projected : projected.toReversed();
      const states = recur(
        ordered,
        read(`${name}.stateGates`),
        read(`${name}.stateCandidate`),
        vector(`${name}.candidateBias`),
      );
      return direction === 'forward' ? states : states.toReversed();
    }) as [Matrix, Matrix];
    x = forward.map((row, index) => [...row, ...(backward[index] ?? [])]);
    if (layer > 0) continue;
    tags = linear(x, 'tags');
    universalTags = linear(x, 'universalTags');
    const heard = product(tags.map(softmax), read('tags.heard'));
    x = x.map((row, index) => [...row, ...(heard[index] ?? [])]);
  }
  const side = (name: string) =>
    linear(x, name).map((row) => row.map((value) => (value > 0 ? value : LEAK * value)));
  const dependents = side('arc.dependent');
  const heads = side('arc.head');
  const paired = product(heads, transpose(read('arc.pair')));
  const alone = product(heads, read('arc.head.score'));
  const arcs = dependents.map((dependent) =>
    softmax(paired.map((head, index) => dot(dependent, head) + (alone[index]?.[0] ?? 0))).map(Math.log),
  );
  const found = maximumSpanningTree(arcs.flat(), words.length);
  const relationDependents = side('relation.dependent');
  const relationHeads = side('relation.head');
  const pairs = product(relationDependents, read('relation.pair'));
  const [byDependent, byHead] = ['dependent', 'head'].map((name) => read(`relation.${name}.score`)) as [
    Matrix,
    Matrix,
  ];
  const bias = vector('relation.score.bias');
  const relations = found.map((head, index) => {
    const [own, other] = [relationDependents[index + 1] ?? [], relationHeads[head] ?? []];
    const size = own.length;
    const scores = bias.map(
      (value, relation) =>
        value +
        dot((pairs[index + 1] ?? []).slice(relation * size, (relation + 1) * size), other) +
        dot(
          own,
          byDependent.map((row) => row[relation] ?? 0),
        ) +
        dot(
          other,
          byHead.map((row) => row[relation] ?? 0),
        ),
    );
    return config.relations[largest(scores)] ?? '';
  });
  const labels = (names: readonly string[], scores: Matrix) =>
    scores.slice(1).map((row) => names[largest(row)] ?? '');
  return {
    arcs,
    universalTags,
    tree: {
      words: [...words],
      heads: found,
      relations,
      tags: labels(config.tags, tags),
      universalTags: labels(config.universalTags, universalTags),
    },
  };
}

function recur(
  projected: Matrix,
  gates: Matrix,
  candidate: Matrix,
  candidateBias: readonly number[],
): Matrix {
  const size = candidateBias.length;
  let state = candidateBias.map(() => 0);
  return projected.map((inputs) => {
    const recalled = product([state], gates)[0] ?? [];
    const open = recalled.map((value, index) => 1 / (1 + Math.exp(-value - (inputs[index] ?? 0))));
    const own = addRows(product([state], candidate), candidateBias)[0] ?? [];
    state = state.map((value, index) => {
      const [reset = 0, update = 0] = [open[index], open[size + index]];
      const proposal = Math.tanh((inputs[2 * size + index] ?? 0) + reset * (own[index] ?? 0));
      return (1 - update) * proposal + update * value;
    });
    return state;
  });
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

function product(a: Matrix, b: Matrix): Matrix {
  const columns = transpose(b);
  return a.map((row) => columns.map((column) => dot(row, column)));
}

function transpose(m: Matrix): Matrix {
  return (m[0] ?? []).map((_, column) => m.map((row) => row[column] ?? 0));
}

function addRows(m: Matrix, bias: readonly number[]): Matrix {
  return m.map((row) => row.map((value, index) => value + (bias[index] ?? 0)));
}

function softmax(scores: readonly number[]): number[] {
  const most = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - most));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}

function largest(scores: readonly number[]): number {
  return scores.indexOf(Math.max(...scores));
}
