import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { AppError } from '../../shared/errors/index.ts';
import type { StoredWordSum } from '../../shared/retrieval/index.ts';
import type { OnProgress } from '../report.ts';
import { AdamW } from './adam-w.ts';
import { type FloatMatrix, unitRows, unitRowsGradient } from './float-matrix.ts';
import { infoNce } from './info-nce.ts';
import { type MatrixProducts, openMatrixProducts } from './matrix-products.ts';
import { photoWordSum } from './photo-word-sum.ts';
import type { PhotoRecallRecipe } from './recipe.ts';
import type { TrainingPhotos } from './training-photos.ts';
import { vectorSum } from './word-table.ts';

/** The scale of cosines before training, and its largest, as CLIP has them (Radford et al. 2021). */
const [FIRST_SCALE, LARGEST_SCALE] = [1 / 0.07, 100];

export interface ContrastOptions {
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/**
 * A dual encoder: linear maps of what is seen, and of the words, pairs and vectors of a caption, trained to tell the
 * captions of an image from those of others in its batch. An epoch takes each photograph as often as photographs have
 * captions in the mean, each time with one of its captions. The same photographs, recipe and seed give the same numbers on the same kind of processor. Progress counts steps.
 *
 * @throws AppError `argument_invalid` for fewer photographs than two, `diverged`, the signal's reason.
 */
export async function fitContrast(
  training: TrainingPhotos,
  recipe: PhotoRecallRecipe['contrast'],
  options: ContrastOptions,
): Promise<StoredWordSum> {
  const products = await openMatrixProducts();
  try {
    return await train(training, recipe, products, options);
  } finally {
    await products.close();
  }
}

async function train(
  training: TrainingPhotos,
  recipe: PhotoRecallRecipe['contrast'],
  products: MatrixProducts,
  { seed, signal, onProgress }: ContrastOptions,
): Promise<StoredWordSum> {
  const { count, principal, table, captions } = training;
  const batch = Math.min(recipe.batch, count);
  if (batch < 2) throw new AppError('argument_invalid', 'contrast needs two photographs at least');
  const [k, size] = [recipe.dimensions, principal.components];
  const random = xoroshiro128plus(seed);
  const input = standardised(training);
  const normal = (length: number, deviation: number) =>
    Float32Array.from({ length }, () => deviation * gaussian(random));
  const image = normal(size * k, 1 / Math.sqrt(size));
  const known = normal(table.known * k, 0.05);
  const vectors = normal(table.size * k, 1 / Math.sqrt(table.size));
  const bias = new Float32Array(k);
  const logScale = Float32Array.of(Math.log(FIRST_SCALE));
  const { decay, featureDropout, wordDropout } = recipe;
  const optimizers = {
    image: new AdamW(image, decay),
    known: new AdamW(known, decay),
    vectors: new AdamW(vectors, decay),
    bias: new AdamW(bias, 0),
    logScale: new AdamW(logScale, 0),
  };
  const knownGradient = new Float32Array(known.length);
  const rounds = Math.max(1, Math.round(captions.reduce((sum, own) => sum + own.length, 0) / count));
  const batches = Math.floor(count / batch);
  const steps = recipe.epochs * rounds * batches;

  const step = async (photos: readonly number[], learningRate: number): Promise<number> => {
    const x = droppedRows(input.images, photos, featureDropout, random);
    const chosen = photos.map((photo) => {
      const own = captions[photo] ?? [];
      return (input.offsets[photo] as number) + uniformInt(random, 0, own.length - 1);
    });
    const v = droppedRows(input.vectors, chosen, featureDropout, random);
    const kept = chosen.map((caption) =>
      (input.rows[caption] ?? []).filter((row) => row < table.known && !dropped(random, wordDropout)),
    );
    const imageSide = unitRows(await products.multiply(x, { rows: size, columns: k, data: image }));
    const text = await products.multiply(v, { rows: table.size, columns: k, data: vectors });
    addWords(text, kept, known, bias, 1 / (1 - wordDropout));
    const textSide = unitRows(text);
    const cosines = await products.multiply(imageSide.unit, textSide.unit, 'second');
    const found = infoNce(cosines, logScale[0] as number);
    const toImages = unitRowsGradient(await products.multiply(found.cosines, textSide.unit), imageSide);
    const toTexts = unitRowsGradient(
      await products.multiply(found.cosines, imageSide.unit, 'first'),
      textSide,
    );
    optimizers.image.step((await products.multiply(x, toImages, 'first')).data, learningRate);
    optimizers.vectors.step((await products.multiply(v, toTexts, 'first')).data, learningRate);
    knownGradient.fill(0);
    const biasGradient = new Float32Array(k);
    collectWords(toTexts, kept, knownGradient, biasGradient, 1 / (1 - wordDropout));
    optimizers.known.step(knownGradient, learningRate);
    optimizers.bias.step(biasGradient, learningRate);
    optimizers.logScale.step(Float32Array.of(found.logScale), learningRate);
    logScale[0] = Math.min(logScale[0] as number, Math.log(LARGEST_SCALE));
    return found.loss;
  };

  let done = 0;
  for (let epoch = 0; epoch < recipe.epochs; epoch++) {
    for (let round = 0; round < rounds; round++) {
      const order = shuffled(count, random);
      for (let b = 0; b < batches; b++) {
        signal?.throwIfAborted();
        done++;
        // Half a cosine: from the full rate to none.
        const rate = (recipe.learningRate * (1 + Math.cos((Math.PI * done) / steps))) / 2;
        const loss = await step(order.slice(b * batch, (b + 1) * batch), rate);
        if (!Number.isFinite(loss)) {
          throw new AppError('diverged', `the contrastive loss is ${loss} after ${done} steps`, {
            hint: 'look for NaN in the descriptions of the images, or use a smaller learning rate',
          });
        }
        onProgress?.(done, steps);
      }
    }
  }
  // The inputs were scaled: the maps take them as they are.
  const maps = {
    dimensions: k,
    image: Float32Array.from(
      image,
      (_, at) => input.imageScale * (image[(at % size) * k + Math.floor(at / size)] as number),
    ),
    imageOffset: new Float32Array(k),
    known,
    vectors: vectors.map((value) => value * input.vectorScale),
    textOffset: bias.map((value, d) => {
      let offset = -value;
      for (let f = 0; f < table.size; f++) {
        offset += input.vectorScale * (input.vectorMean[f] as number) * (vectors[f * k + d] as number);
      }
      return offset;
    }),
  };
  // Other words have little to say here; the other parts of the recall encoder have rows for them.
  return photoWordSum(training, maps, table.known);
}

interface StandardisedInput {
  /** `[count, components]`; their mean is zero already. */
  readonly images: FloatMatrix;
  readonly imageScale: number;
  /** Rows of the table of all captions, those of one photograph after the other. */
  readonly rows: readonly (readonly number[])[];
  /** The first caption of each photograph. */
  readonly offsets: readonly number[];
  /** `[captions, size of a vector]`: sums of vectors, centred. */
  readonly vectors: FloatMatrix;
  readonly vectorScale: number;
  readonly vectorMean: Float64Array;
}

/** Inputs whose columns have a standard deviation of 1 in the mean. */
function standardised({ count, principal, components, captions, table }: TrainingPhotos): StandardisedInput {
  const rows = captions.flat();
  const offsets: number[] = [];
  let captionCount = 0;
  for (const own of captions) {
    offsets.push(captionCount);
    captionCount += own.length;
  }
  const sums = new Float32Array(rows.length * table.size);
  const mean = new Float64Array(table.size);
  for (const [caption, own] of rows.entries()) {
    const sum = vectorSum(table, own);
    sums.set(sum, caption * table.size);
    for (let d = 0; d < table.size; d++) mean[d] = (mean[d] as number) + (sum[d] as number) / rows.length;
  }
  for (let at = 0; at < sums.length; at++) {
    sums[at] = (sums[at] as number) - (mean[at % table.size] as number);
  }
  const vectorScale = 1 / meanDeviation(sums, table.size);
  const imageScale = 1 / meanDeviation(components, principal.components);
  return {
    images: {
      rows: count,
      columns: principal.components,
      data: components.map((value) => value * imageScale),
    },
    imageScale,
    rows,
    offsets,
    vectors: { rows: rows.length, columns: table.size, data: sums.map((value) => value * vectorScale) },
    vectorScale,
    vectorMean: mean,
  };
}

/** The mean of the columns' standard deviations; columns have the mean 0. */
function meanDeviation(data: Float32Array, columns: number): number {
  const squares = new Float64Array(columns);
  for (let at = 0; at < data.length; at++) {
    squares[at % columns] = (squares[at % columns] as number) + (data[at] as number) ** 2;
  }
  const rows = data.length / columns;
  const sum = squares.reduce((total, square) => total + Math.sqrt(square / rows), 0);
  return Math.max(sum / columns, 1e-12);
}

/** Some rows, of which each number is dropped with probability `rate`; the others grow in return. */
function droppedRows(
  { columns, data }: FloatMatrix,
  chosen: readonly number[],
  rate: number,
  random: RandomGenerator,
): FloatMatrix {
  const out = new Float32Array(chosen.length * columns);
  const scale = 1 / (1 - rate);
  for (const [row, from] of chosen.entries()) {
    for (let c = 0; c < columns; c++) {
      if (!dropped(random, rate)) out[row * columns + c] = scale * (data[from * columns + c] as number);
    }
  }
  return { rows: chosen.length, columns, data: out };
}

function dropped(random: RandomGenerator, rate: number): boolean {
  return random.next() >>> 0 < rate * 2 ** 32;
}

/** Adds the rows of words and the bias to each text. */
function addWords(
  { columns: k, data }: FloatMatrix,
  words: readonly (readonly number[])[],
  known: Float32Array,
  bias: Float32Array,
  scale: number,
): void {
  for (const [text, own] of words.entries()) {
    for (let d = 0; d < k; d++) {
      let sum = 0;
      for (const row of own) sum += known[row * k + d] as number;
      data[text * k + d] = (data[text * k + d] as number) + scale * sum + (bias[d] as number);
    }
  }
}

/** The gradients of `addWords`. */
function collectWords(
  { columns: k, data }: FloatMatrix,
  words: readonly (readonly number[])[],
  known: Float32Array,
  bias: Float32Array,
  scale: number,
): void {
  for (const [text, own] of words.entries()) {
    for (let d = 0; d < k; d++) {
      const slope = data[text * k + d] as number;
      bias[d] = (bias[d] as number) + slope;
      for (const row of own) known[row * k + d] = (known[row * k + d] as number) + scale * slope;
    }
  }
}

function shuffled(count: number, random: RandomGenerator): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = uniformInt(random, 0, last);
    [order[last], order[other]] = [order[other] as number, order[last] as number];
  }
  return order;
}

/** A number of the normal distribution (Box and Muller). */
function gaussian(random: RandomGenerator): number {
  const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(random)));
  return radius * Math.cos(2 * Math.PI * uniformFloat64(random));
}
