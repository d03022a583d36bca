import { type GruLayer, type LinearMemory, writeGruLayer } from '../../encode/index.ts';
import { DIRECTIONS, inputSize, LAYERS } from '../parser-config.ts';
import type { ParserModel } from '../parser-model.ts';
import { type LinearLayer, type LinearPart, writeLinear } from './linear-layer.ts';

/** The layers of a parser in the kernel's memory. Tables of features stay outside: a sentence needs few of their rows. */
export interface ParserLayout {
  readonly gru: readonly GruLayer[];
  /** Tags and universal tags from the states of the first layer. */
  readonly tags: LinearLayer;
  /** From probabilities of tags to the input of the second layer. */
  readonly heard: LinearLayer;
  /** From the states of the second layer: dependents and heads of arcs, dependents and heads of relations. */
  readonly sides: LinearLayer;
  /** From heads of arcs to the vectors that dependents are multiplied with, and to the scores of heads alone. */
  readonly arcHeads: LinearLayer;
  /** From dependents of relations to the vectors that heads are multiplied with, relation by relation. */
  readonly relationPairs: LinearLayer;
  /** Scores of relations by their dependents and by their heads. */
  readonly relationDependents: LinearLayer;
  readonly relationHeads: LinearLayer;
}

/** Writes all layers permanently. */
export function layOutParser(memory: LinearMemory, { config, tensors }: ParserModel): ParserLayout {
  const { hiddenSize: H, arcSize: A, relationSize: B, tagSize } = config;
  const [X, U, Q] = [config.tags.length, config.universalTags.length, config.relations.length];
  const read = (name: string): Float32Array => tensors.get(name) ?? new Float32Array();
  const part = (name: string, columns: number): LinearPart => ({
    weight: read(`${name}.weight`),
    bias: read(`${name}.bias`),
    columns,
  });
  const gru = Array.from({ length: LAYERS }, (_, layer) =>
    writeGruLayer(memory, {
      size: H,
      inputSize: layer === 0 ? inputSize(config) : 2 * H + tagSize,
      directions: DIRECTIONS.map((direction) => {
        const name = `gru.${layer}.${direction}`;
        const [gates, candidate] = [read(`${name}.stateGates`), read(`${name}.stateCandidate`)];
        const stateBias = new Float32Array(3 * H);
        stateBias.set(read(`${name}.candidateBias`), 2 * H);
        return {
          inputWeights: transposed(read(`${name}.input`), 3 * H),
          stateWeights: new Float32Array([...transposed(gates, 2 * H), ...transposed(candidate, H)]),
          inputBias: read(`${name}.bias`),
          stateBias,
        };
      }),
    }),
  );
  // States of both directions, each padded.
  const padded = gru[0]?.padded ?? H;
  const states = 2 * padded;
  const ofStates = (name: string, columns: number): LinearPart => {
    const own = part(name, columns);
    const weight = new Float32Array(states * columns);
    weight.set(own.weight.subarray(0, H * columns));
    weight.set(own.weight.subarray(H * columns), padded * columns);
    return { ...own, weight };
  };
  return {
    gru,
    tags: writeLinear(memory, states, [ofStates('tags', X), ofStates('universalTags', U)]),
    heard: writeLinear(memory, X, [{ weight: read('tags.heard'), columns: tagSize }]),
    sides: writeLinear(memory, states, [
      ofStates('arc.dependent', A),
      ofStates('arc.head', A),
      ofStates('relation.dependent', B),
      ofStates('relation.head', B),
    ]),
    arcHeads: writeLinear(memory, A, [
      { weight: transposed(read('arc.pair'), A), columns: A },
      { weight: read('arc.head.score'), columns: 1 },
    ]),
    relationPairs: writeLinear(memory, B, [{ weight: read('relation.pair'), columns: Q * B }]),
    relationDependents: writeLinear(memory, B, [
      { weight: read('relation.dependent.score'), bias: read('relation.score.bias'), columns: Q },
    ]),
    relationHeads: writeLinear(memory, B, [{ weight: read('relation.head.score'), columns: Q }]),
  };
}

/** `[n, columns]` to `[columns, n]`. */
function transposed(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns;
  return Float32Array.from(
    matrix,
    (_, index) => matrix[(index % rows) * columns + Math.floor(index / rows)] as number,
  );
}
