import * as tf from '@tensorflow/tfjs';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { AppError } from '../../../shared/errors/index.ts';
import { createAdam } from '../../../shared/gsmn/training/index.ts';
import { yieldToEventLoop } from '../../../shared/model/index.ts';
import {
  attachmentScores,
  type DependencyTree,
  featureLookup,
  type ParserConfig,
  UNKNOWN_ROW,
} from '../../../shared/parse/index.ts';
import type { Report } from '../../report.ts';
import type { WordVectors } from '../../word-vectors/read-vectors.ts';
import { count, lowerWords } from './feature-entries.ts';
import { parserLoss } from './parser-loss.ts';
import { type Dropout, runParser } from './parser-network.ts';
import { initialTensors, trainedLookup, VECTORS } from './parser-tensors.ts';
import { predictTrees } from './predict-trees.ts';
import type { ParserRecipe } from './recipe.ts';
import { epochOfBatches, type ReadWord, sentenceBatch } from './sentence-batches.ts';

/** Adam's second decay: shorter than usual, as for other biaffine parsers (Dozat and Manning 2017 have 0.9). */
const SECOND_DECAY = 0.98;
/** The learning rate falls to this share of its full value. */
const LAST_RATE = 0.02;

/** A trained network, `tensorShapes` of its configuration. */
export type TrainedTensors = ReadonlyMap<
  string,
  { readonly shape: readonly number[]; readonly data: Float32Array }
>;

export interface ParserTraining {
  readonly config: ParserConfig;
  readonly recipe: ParserRecipe;
  readonly vectors: WordVectors;
  readonly train: readonly DependencyTree[];
  /** Trees for measuring progress; nothing is chosen by them. */
  readonly dev: readonly DependencyTree[];
}

/**
 * Trains on the current TF.js backend; the result is the average of the parameters over the last steps. The same seed, trees and
 * backend give the same numbers, except for the order of sums in the backend's threads.
 *
 * @throws AppError `cancelled`, `diverged`
 */
export async function trainNetwork(
  { config, recipe, vectors, train, dev }: ParserTraining,
  report: Report,
  signal?: AbortSignal,
): Promise<TrainedTensors> {
  const generator = xoroshiro128plus(recipe.seed);
  const random = () => uniformFloat64(generator);
  const variables = initialTensors(config, generator);
  const averages = new Map(
    [...variables].map(([name, { shape }]) => [name, tf.tidy(() => tf.variable(tf.zeros(shape), false))]),
  );
  const fixed = tf.tensor2d(vectorRows(vectors), [2 + vectors.words.length, vectors.size]);
  const adam = createAdam(variables, SECOND_DECAY);
  const read = trainingReader(train, config, recipe, random);
  const steps = recipe.epochs * epochOfBatches(train, recipe.batchWords, () => 0).length;
  try {
    for (let epoch = 1, step = 0; epoch <= recipe.epochs; epoch++) {
      const loss = await report.stage(
        `epoch ${epoch} of ${recipe.epochs}`,
        'sentences',
        async (onProgress) => {
          let [sum, done] = [0, 0];
          for (const trees of epochOfBatches(train, recipe.batchWords, random)) {
            signal?.throwIfAborted();
            step++;
            const rate =
              recipe.learningRate *
              Math.min(1, step / recipe.warmupSteps) *
              Math.max(LAST_RATE, 1 - step / steps);
            const value = trainStep(sentenceBatch(trees, read()), rate, step);
            if (!Number.isFinite(value)) {
              throw new AppError('diverged', `the loss is ${value} in step ${step}`, {
                hint: 'lower the learning rate',
              });
            }
            sum += value * trees.length;
            done += trees.length;
            onProgress(done, train.length);
            await yieldToEventLoop();
          }
          return sum / done;
        },
      );
      const { unlabelled, labelled } = attachmentScores(
        predictTrees(averages, trainedLookup(averages, fixed), config, dev),
      );
      report.say(
        `epoch ${epoch} | loss ${loss.toFixed(3)} | dev UAS ${unlabelled.toFixed(2)} LAS ${labelled.toFixed(2)}`,
      );
    }
    return collect();
  } finally {
    tf.dispose([...variables.values(), ...averages.values(), fixed]);
    adam.dispose();
  }

  function trainStep(batch: ReturnType<typeof sentenceBatch>, rate: number, step: number): number {
    return tf.tidy(() => {
      const lookUp = trainedLookup(variables, fixed);
      const { value, grads } = tf.variableGrads(() => {
        const outputs = runParser(variables, lookUp, batch, dropout(recipe, random));
        return parserLoss(variables, config, batch, outputs, recipe.tagWeight);
      }, [...variables.values()]);
      const names = new Map([...variables].map(([name, variable]) => [variable.name, name]));
      const gradients = new Map(
        Object.entries(grads).map(([own, gradient]) => [names.get(own) ?? own, gradient]),
      );
      const squares = [...gradients.values()].map((gradient) => tf.sum(tf.square(gradient)));
      const norm = Math.sqrt(tf.addN(squares).dataSync()[0] as number);
      const scale = Math.min(1, recipe.gradientClip / norm);
      adam.update(new Map([...gradients].map(([name, gradient]) => [name, tf.mul(gradient, scale)])), rate);
      // At first the average follows quickly; otherwise the initial numbers would stay in it for long.
      const decay = Math.min(recipe.averageDecay, (1 + step) / (10 + step));
      for (const [name, average] of averages) {
        average.assign(tf.add(tf.mul(average, decay), tf.mul(variables.get(name) as tf.Variable, 1 - decay)));
      }
      return value.dataSync()[0] as number;
    });
  }

  function collect(): TrainedTensors {
    const trained = new Map<string, { shape: readonly number[]; data: Float32Array }>();
    for (const [name, average] of averages) {
      const data = average.dataSync() as Float32Array;
      if (name !== VECTORS) {
        trained.set(name, { shape: average.shape, data });
        continue;
      }
      const table = vectorRows(vectors);
      table.set(data);
      trained.set(name, { shape: [2 + vectors.words.length, vectors.size], data: table });
    }
    return trained;
  }
}

/** The table of vectors after two empty rows. */
function vectorRows({ data, size }: WordVectors): Float32Array {
  const table = new Float32Array(2 * size + data.length);
  table.set(data, 2 * size);
  return table;
}

/** Reads words as in training: some sentences in lower case, some forms as unknown ones. */
function trainingReader(
  train: readonly DependencyTree[],
  config: ParserConfig,
  { lowerCase, formDropout }: ParserRecipe,
  random: () => number,
): () => ReadWord {
  const times = count(lowerWords(train));
  const lookUp = featureLookup(config.entries);
  return () => {
    const lowered = new Map<DependencyTree, boolean>();
    return (word, sentence) => {
      const lower = lowered.get(sentence) ?? random() < lowerCase;
      lowered.set(sentence, lower);
      const rows = lookUp(lower ? word.toLowerCase() : word);
      const known = times.get(word.toLowerCase()) ?? 0;
      return random() < formDropout / (formDropout + known) ? { ...rows, form: UNKNOWN_ROW } : rows;
    };
  };
}

function dropout({ inputDropout, dropout: states }: ParserRecipe, random: () => number): Dropout {
  return (x, kind) => {
    const rate = kind === 'input' ? inputDropout : states;
    const [, sentences, size] = x.shape;
    const seed = 1 + Math.floor(2 ** 30 * random());
    const kept = tf.greater(tf.randomUniform([1, sentences, size], 0, 1, 'float32', seed), rate);
    return tf.mul(x, tf.div(tf.cast(kept, 'float32'), 1 - rate)) as tf.Tensor3D;
  };
}
