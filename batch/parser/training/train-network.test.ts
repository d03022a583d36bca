import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  attachmentScores,
  createSimdParser,
  type DependencyTree,
  type ParserConfig,
} from '../../../shared/parse/index.ts';
import { loadEncodeKernel } from '../../../shared/platform/encode/index.ts';
import { randomNumbers, seededRandom } from '../../../test/support/random.ts';
import { smallParserConfig } from '../../../test/support/random-parser.ts';
import { silentReport } from '../../report.ts';
import { featureEntries, labels } from './feature-entries.ts';
import { PARSER_RECIPE, type ParserRecipe } from './recipe.ts';
import { trainNetwork } from './train-network.ts';

const NOUNS = ['dog', 'cat', 'girl', 'boy'];
const VERBS = ['sees', 'chases', 'holds'];

/** "a dog sees the cat": subject, verb, object. */
const TREES: DependencyTree[] = NOUNS.flatMap((subject) =>
  VERBS.flatMap((verb) =>
    NOUNS.map((object) => ({
      words: ['a', subject, verb, 'the', object],
      heads: [2, 3, 0, 5, 3],
      relations: ['det', 'nsubj', 'root', 'det', 'obj'],
      tags: ['DT', 'NN', 'VBZ', 'DT', 'NN'],
      universalTags: ['DET', 'NOUN', 'VERB', 'DET', 'NOUN'],
    })),
  ),
);

const RECIPE: ParserRecipe = {
  ...PARSER_RECIPE,
  epochs: 12,
  batchWords: 60,
  warmupSteps: 5,
  learningRate: 0.02,
  dropout: 0.1,
  inputDropout: 0.1,
  formDropout: 0,
  averageDecay: 0.9,
  hiddenSize: 8,
  arcSize: 8,
  relationSize: 6,
  tagSize: 4,
  featureSizes: { form: 5, longSuffix: 3, shortSuffix: 2, prefix: 2, shape: 2 },
  threshold: 1,
};

describe('training a parser', () => {
  const vectors = { size: 4, words: [...NOUNS, 'a'], data: randomNumbers(seededRandom(3), 20) };
  const config: ParserConfig = smallParserConfig({
    featureSizes: { vector: vectors.size, ...RECIPE.featureSizes },
    hiddenSize: RECIPE.hiddenSize,
    arcSize: RECIPE.arcSize,
    relationSize: RECIPE.relationSize,
    tagSize: RECIPE.tagSize,
    entries: featureEntries(TREES, vectors.words, RECIPE.threshold),
    universalTags: labels(TREES, 'universalTags'),
    tags: labels(TREES, 'tags'),
    relations: labels(TREES, 'relations'),
  });

  // The plain backend of TF.js: it has every gradient, and is fast enough for this.
  beforeAll(() => tf.setBackend('cpu'));

  it('learns who does what with what, and leaks no tensor', async () => {
    const before = tf.memory().numTensors;
    const losses: string[] = [];
    const report = { ...silentReport, say: (line: string) => void losses.push(line) };
    const training = { config, recipe: RECIPE, vectors, train: TREES, dev: TREES.slice(0, 8) };
    const tensors = await trainNetwork(training, report);
    expect(tf.memory().numTensors).toBe(before);
    expect(losses).toHaveLength(RECIPE.epochs);
    expect(losses.at(-1)).toContain('UAS 100.00 LAS 100.00');
    // Vectors are unchanged; the one for unknown words was learned.
    const table = tensors.get('table.vector')?.data ?? new Float32Array();
    expect(table.slice(2 * vectors.size)).toEqual(vectors.data);
    const model = { config, tensors: new Map([...tensors].map(([name, { data }]) => [name, data])) };
    const parsed = await createSimdParser(model, await loadEncodeKernel(false)).parse(
      TREES.map(({ words }) => words),
    );
    const scores = attachmentScores(TREES.map((gold, index) => ({ gold, predicted: parsed[index] ?? gold })));
    expect(scores).toMatchObject({ labelled: 100, universalTags: 100, tags: 100, words: 5 * TREES.length });
  });

  it('stops when aborted', async () => {
    const training = { config, recipe: RECIPE, vectors, train: TREES, dev: [] };
    await expect(trainNetwork(training, silentReport, AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('fails if the loss is not finite', async () => {
    const recipe = { ...RECIPE, learningRate: Number.POSITIVE_INFINITY };
    const training = { config, recipe, vectors, train: TREES, dev: [] };
    await expect(trainNetwork(training, silentReport)).rejects.toMatchObject({ code: 'diverged' });
  });
});
