import { type EncodeMachine, evenRows, gruScratch, projectInputs, runGruLayer } from '../../encode/index.ts';
import type { DependencyTree } from '../dependency-tree.ts';
import { inputSize, LEAK, type ParserConfig } from '../parser-config.ts';
import { maximumSpanningTree } from '../spanning-tree.ts';
import { FEATURES, type FeatureRows, ROOT_ROWS } from '../word-features.ts';
import { type LinearLayer, linearScratch, runLinear } from './linear-layer.ts';
import type { ParserLayout } from './parser-layout.ts';

/** A parser in the kernel's memory, and its vocabularies. */
export interface ParserMachine extends EncodeMachine {
  readonly config: ParserConfig;
  readonly layout: ParserLayout;
  readonly tables: Readonly<Record<(typeof FEATURES)[number], Float32Array>>;
  readonly lookUp: (word: string) => FeatureRows;
}

/** Represents the root among words. */
const ROOT = Symbol('root');

/** Number of 4-byte values in each part of the scratch for N words, including roots, of C sentences with at most L words. */
function partSizes({ config, layout }: ParserMachine, N: number, C: number, L: number) {
  const { hiddenSize: H, arcSize: A, tagSize } = config;
  const { gru, ...linear } = layout;
  const layers: LinearLayer[] = Object.values(linear);
  const rows = N + 4;
  return {
    ...gruScratch(gru, N, C),
    words: N * inputSize(config),
    states: N * 2 * (gru[0]?.padded ?? 0),
    second: N * (2 * H + tagSize),
    packed: Math.max(...layers.map(linearScratch), 2 * A * roundUp(L)),
    tags: rows * layout.tags.columns,
    heard: rows * layout.heard.columns,
    sides: rows * layout.sides.columns,
    arcHeads: rows * layout.arcHeads.columns,
    arcs: evenRows(L) * roundUp(L),
    relationPairs: rows * layout.relationPairs.columns,
    relationDependents: rows * layout.relationDependents.columns,
    relationHeads: rows * layout.relationHeads.columns,
  };
}

function roundUp(count: number): number {
  return 4 * Math.ceil(count / 4);
}

/**
 * Parses sentences that are sorted by length, longest first; none is empty.
 * @throws AppError `memory_exhausted`
 */
export function runParser(
  machine: ParserMachine,
  sentences: readonly (readonly string[])[],
): DependencyTree[] {
  const { memory, kernel, config, layout } = machine;
  const { arcSize: A, relationSize: B } = config;
  const lengths = sentences.map(({ length }) => length + 1);
  const N = lengths.reduce((sum, length) => sum + length, 0);
  const scratch = memory.scratchParts(partSizes(machine, N, sentences.length, lengths[0] ?? 0));
  const rowOf = writeWords(machine, sentences, scratch.words);
  const linear = (layer: LinearLayer, address: number, step: number, out: number): Float32Array => {
    runLinear(kernel, layer, { address, step, rows: N }, scratch, out);
    return memory.floats(out, N * layer.columns);
  };
  const [first, second] = layout.gru as [(typeof layout.gru)[number], (typeof layout.gru)[number]];
  const width = 2 * first.padded;
  const ofWords = projectInputs(machine, first, scratch, scratch.words, rowOf);
  runGruLayer(machine, first, scratch, lengths, ofWords, scratch.states);
  // Rows from here on are those of the words.
  const every = Array.from({ length: N }, (_, row) => row);
  memory.integers(scratch.indices, N).set(every);
  const tags = linear(layout.tags, scratch.states, width, scratch.tags).slice();
  hear(machine, scratch, N, width);
  const ofStates = projectInputs(machine, second, scratch, scratch.second, every);
  runGruLayer(machine, second, scratch, lengths, ofStates, scratch.states);
  const sides = linear(layout.sides, scratch.states, width, scratch.sides);
  for (let index = 0; index < sides.length; index++) {
    const value = sides[index] as number;
    if (value < 0) sides[index] = LEAK * value;
  }
  const step = layout.sides.columns;
  linear(layout.arcHeads, scratch.sides + 4 * A, step, scratch.arcHeads);
  const relations = scratch.sides + 8 * A;
  const pairs = linear(layout.relationPairs, relations, step, scratch.relationPairs);
  const byDependent = linear(layout.relationDependents, relations, step, scratch.relationDependents);
  const byHead = linear(layout.relationHeads, relations + 4 * B, step, scratch.relationHeads);
  /** The relation of two words with the best score, the first among equal ones. */
  const bestRelation = (dependent: number, head: number): number => {
    const ofDependent = dependent * layout.relationDependents.columns;
    const ofHead = head * layout.relationHeads.columns;
    const side = head * step + 2 * A + B;
    let pair = dependent * layout.relationPairs.columns;
    let [best, most] = [0, Number.NEGATIVE_INFINITY];
    for (let relation = 0; relation < config.relations.length; relation++) {
      let score = (byDependent[ofDependent + relation] as number) + (byHead[ofHead + relation] as number);
      for (let k = 0; k < B; k++) score += (pairs[pair++] as number) * (sides[side + k] as number);
      if (score > most) [best, most] = [relation, score];
    }
    return best;
  };
  let start = 0;
  return sentences.map((words) => {
    const scores = arcScores(machine, scratch, start, words.length + 1);
    const heads = maximumSpanningTree(scores, words.length);
    const from = start;
    start += words.length + 1;
    const labels = (names: readonly string[], column: number) =>
      words.map((_, index) => {
        const at = (from + 1 + index) * layout.tags.columns + column;
        return names[largest(tags, at, names.length)] ?? '';
      });
    return {
      words,
      heads,
      relations: heads.map((head, index) => {
        const relation = bestRelation(from + 1 + index, from + head);
        return config.relations[relation] ?? '';
      }),
      tags: labels(config.tags, 0),
      universalTags: labels(config.universalTags, config.tags.length),
    };
  });
}

type Scratch = Record<keyof ReturnType<typeof partSizes>, number>;

/** Writes the inputs of distinct words, `[*, I]`. Returns the row of each word, the root before each sentence included. */
function writeWords(
  { memory, tables, lookUp, config }: ParserMachine,
  sentences: readonly (readonly string[])[],
  address: number,
): number[] {
  const words = sentences.flatMap((sentence): (string | typeof ROOT)[] => [ROOT, ...sentence]);
  const size = inputSize(config);
  const rows = new Map<string | typeof ROOT, number>();
  const inputs = memory.floats(address, words.length * size);
  return words.map((word) => {
    const known = rows.get(word);
    if (known !== undefined) return known;
    const found = word === ROOT ? ROOT_ROWS : lookUp(word);
    const row = rows.size;
    rows.set(word, row);
    let at = row * size;
    for (const feature of FEATURES) {
      const columns = config.featureSizes[feature];
      inputs.set(tables[feature].subarray(found[feature] * columns, (found[feature] + 1) * columns), at);
      at += columns;
    }
    return row;
  });
}

/** Writes the inputs of the second layer: the states of the first, and the vector from the probabilities of its tags. */
function hear(
  { memory, kernel, layout, config }: ParserMachine,
  scratch: Scratch,
  N: number,
  width: number,
): void {
  const { hiddenSize: H, tagSize } = config;
  const { columns } = layout.tags;
  const tags = memory.floats(scratch.tags, N * columns);
  for (let row = 0; row < N; row++) softmax(tags.subarray(row * columns, row * columns + config.tags.length));
  runLinear(kernel, layout.heard, { address: scratch.tags, step: columns, rows: N }, scratch, scratch.heard);
  const states = memory.floats(scratch.states, N * width);
  const heard = memory.floats(scratch.heard, N * layout.heard.columns);
  const inputs = memory.floats(scratch.second, N * (2 * H + tagSize));
  for (let row = 0; row < N; row++) {
    const at = row * (2 * H + tagSize);
    for (const direction of [0, 1]) {
      const from = row * width + (direction * width) / 2;
      inputs.set(states.subarray(from, from + H), at + direction * H);
    }
    inputs.set(heard.subarray(row * layout.heard.columns, row * layout.heard.columns + tagSize), at + 2 * H);
  }
}

/** Scores of arcs `[L, L]` of one sentence whose words start at row `start`: a row for each dependent. */
function arcScores(
  { memory, kernel, layout, config }: ParserMachine,
  scratch: Scratch,
  start: number,
  L: number,
): Float64Array {
  const A = config.arcSize;
  const [rows, columns] = [evenRows(L), evenRows(roundUp(L))];
  const dependents = scratch.packed;
  const heads = dependents + 4 * A * rows;
  const indices = scratch.indices + 4 * start;
  kernel.pack(scratch.sides, 4 * layout.sides.columns, indices, L, A, rows, dependents);
  kernel.pack(scratch.arcHeads, 4 * layout.arcHeads.columns, indices, L, A, columns, heads);
  kernel.multiply(dependents, 4 * rows, rows, heads, 4 * columns, columns, A, scratch.arcs, 4 * columns, 0);
  const products = memory.floats(scratch.arcs, rows * columns);
  const alone = memory.floats(scratch.arcHeads, (start + L) * layout.arcHeads.columns);
  const scores = new Float64Array(L * L);
  for (let dependent = 0; dependent < L; dependent++) {
    for (let head = 0; head < L; head++) {
      const own = alone[(start + head) * layout.arcHeads.columns + A] as number;
      scores[dependent * L + head] = (products[dependent * columns + head] as number) + own;
    }
  }
  return scores;
}

function softmax(scores: Float32Array): void {
  const most = scores.reduce((found, score) => Math.max(found, score), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let index = 0; index < scores.length; index++) {
    const value = Math.exp((scores[index] as number) - most);
    scores[index] = value;
    sum += value;
  }
  for (let index = 0; index < scores.length; index++) scores[index] = (scores[index] as number) / sum;
}

/** The index of the largest of `count` scores from `start` on, the first among equal ones. */
function largest(scores: ArrayLike<number>, start: number, count: number): number {
  let found = 0;
  for (let index = 1; index < count; index++) {
    if ((scores[start + index] as number) > (scores[start + found] as number)) found = index;
  }
  return found;
}
