import { z } from 'zod';
import { FEATURES, type Feature, tableRows } from './word-features.ts';

const size = z.number().int().min(1).max(1024);
const strings = z.array(z.string()).max(100_000).readonly();
const labels = z.array(z.string()).min(1).max(1000).readonly();

/**
 * What a parser's file has besides its numbers. Letters of its shapes: L words of a sentence and the root before them, I inputs of a word,
 * H states of one direction, A and B sizes of the vectors that arcs and relations are scored by, X tags, U universal tags, Q relations.
 */
export const parserConfigSchema = z.strictObject({
  format: z.literal('gsmn-parser'),
  version: z.literal(1),
  /** Columns of each table of features. */
  featureSizes: z.strictObject({
    vector: size,
    form: size,
    longSuffix: size,
    shortSuffix: size,
    prefix: size,
    shape: size,
  }),
  hiddenSize: size,
  arcSize: size,
  relationSize: size,
  /** Size of the vector that the second layer gets from the tags. */
  tagSize: size,
  entries: z.strictObject({
    vector: strings,
    form: strings,
    longSuffix: strings,
    shortSuffix: strings,
    prefix: strings,
  }),
  universalTags: labels,
  tags: labels,
  relations: labels,
  /** What it was trained on, and how well it parses, for people. */
  provenance: z.record(z.string(), z.unknown()),
});

export type ParserConfig = z.output<typeof parserConfigSchema>;

/** The slope of leaky ReLU below 0, for all vectors that arcs and relations are scored by. */
export const LEAK = 0.1;

/** I. */
export function inputSize({ featureSizes }: Pick<ParserConfig, 'featureSizes'>): number {
  return FEATURES.reduce((sum, feature) => sum + featureSizes[feature], 0);
}

/** Directions of a layer; the states of both are side by side. */
export const DIRECTIONS = ['forward', 'backward'] as const;
/** Layers of GRU. */
export const LAYERS = 2;

/** Shapes of all tensors by name. */
export function tensorShapes(config: ParserConfig): Map<string, readonly number[]> {
  const { hiddenSize: H, arcSize: A, relationSize: B, tagSize, featureSizes, entries } = config;
  const [X, U, Q] = [config.tags.length, config.universalTags.length, config.relations.length];
  const shapes = new Map<string, readonly number[]>();
  const table = (feature: Feature) => [tableRows(feature, entries), featureSizes[feature]];
  for (const feature of FEATURES) shapes.set(`table.${feature}`, table(feature));
  for (let layer = 0; layer < LAYERS; layer++) {
    const input = layer === 0 ? inputSize(config) : 2 * H + tagSize;
    for (const direction of DIRECTIONS) {
      const name = `gru.${layer}.${direction}`;
      shapes.set(`${name}.input`, [input, 3 * H]).set(`${name}.bias`, [3 * H]);
      shapes.set(`${name}.stateGates`, [H, 2 * H]).set(`${name}.stateCandidate`, [H, H]);
      shapes.set(`${name}.candidateBias`, [H]);
    }
  }
  shapes
    .set('tags.weight', [2 * H, X])
    .set('tags.bias', [X])
    .set('tags.heard', [X, tagSize]);
  shapes.set('universalTags.weight', [2 * H, U]).set('universalTags.bias', [U]);
  for (const side of ['dependent', 'head']) {
    shapes.set(`arc.${side}.weight`, [2 * H, A]).set(`arc.${side}.bias`, [A]);
    shapes.set(`relation.${side}.weight`, [2 * H, B]).set(`relation.${side}.bias`, [B]);
    shapes.set(`relation.${side}.score`, [B, Q]);
  }
  shapes.set('arc.pair', [A, A]).set('arc.head.score', [A, 1]);
  shapes.set('relation.pair', [B, Q * B]).set('relation.score.bias', [Q]);
  return shapes;
}
