import { EigenvalueDecomposition, inverse, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../test/support/error-code.ts';
import type { Parameters } from '../../model/index.ts';
import {
  type CaptionedImage,
  CENTRED_POOLING_WARNING,
  correlationProjection,
  type FeatureLayout,
  fitCentredPooling,
  fitProjection,
  openRecallEncoder,
  type RecallEncoder,
  type RecallImage,
  type RecallText,
  ridgeProjection,
  type StoredRecallEncoder,
  selectBagWords,
  sumUp,
} from '../index.ts';

/** Reproducible numbers in [-1, 1). */
function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

const [F, D, R, WORDS] = [6, 5, 3, 9];

/** Images that show some of nine things, and captions that name some of what is shown. */
function world(count: number, seed: number): CaptionedImage[] {
  const looks = noise(99);
  const featureOf = Array.from({ length: WORDS }, () => Float32Array.from({ length: F }, looks));
  const nodeOf = Array.from({ length: WORDS }, () => Float32Array.from({ length: D }, looks));
  const next = noise(seed);
  const pick = (limit: number): number => Math.floor(((next() + 1) / 2) * limit);
  return Array.from({ length: count }, () => {
    const things = Array.from({ length: R }, () => pick(WORDS));
    const rows = (table: Float32Array[], size: number): Float32Array =>
      Float32Array.from({ length: R * size }, (_, at) => {
        const thing = things[Math.floor(at / size)] ?? 0;
        return (table[thing]?.[at % size] ?? 0) + 0.05 * next();
      });
    const image = {
      regions: R,
      features: rows(featureOf, F),
      nodes: rows(nodeOf, D),
      boxes: Float32Array.from({ length: R * 4 }, (_, at) => (at % 4 < 2 ? 0 : 1)),
    };
    const captions = Array.from({ length: 5 }, () => {
      const named = things.filter(() => next() > -0.5);
      const ids = [1, ...(named.length > 0 ? named : things).map((thing) => thing + 4), 2];
      return {
        ids,
        words: Float32Array.from({ length: ids.length * D }, (_, at) => ids[Math.floor(at / D)] ?? 0).map(
          (id, at) => (nodeOf[id - 4]?.[at % D] ?? 0) + 0.05 * next(),
        ),
      };
    });
    return { image, captions };
  });
}

const BAG = Array.from({ length: WORDS }, (_, index) => index + 4);
const LAYOUT: FeatureLayout = { image: { regions: F, nodes: D }, text: { bag: BAG, words: D } };

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? Number.NaN), 0);
}

/** Share of captions whose own image is among the first three. */
async function firsts(stored: StoredRecallEncoder, samples: readonly CaptionedImage[]): Promise<number> {
  const encoder = await openRecallEncoder(stored);
  const images = await encoder.encodeImages(samples.map(({ image }) => image));
  let hits = 0;
  for (const [own, { captions }] of samples.entries()) {
    for (const query of await encoder.encodeTexts(captions)) {
      const scores = images.map((vector) => dot(vector, query));
      if (scores.filter((score) => score > (scores[own] ?? 0)).length < 3) hits++;
    }
  }
  return hits / samples.flatMap(({ captions }) => captions).length;
}

async function vectorOf(encoder: RecallEncoder, image: RecallImage): Promise<Float32Array> {
  return (await encoder.encodeImages([image]))[0] ?? new Float32Array();
}

async function textVectorOf(encoder: RecallEncoder, text: RecallText): Promise<Float32Array> {
  return (await encoder.encodeTexts([text]))[0] ?? new Float32Array();
}

const bytes = (tensors: Parameters): number[] =>
  [...tensors.values()].flatMap(({ data }) => Array.from(data));

describe('a fitted projection', () => {
  it('finds images that it was not fitted on; centred pooling does not', async () => {
    const [train, held] = [world(400, 1), world(40, 2)];
    const stored = await fitProjection(train, LAYOUT, { dimensions: 8, imageRidge: 0.1, textRidge: 0.1 });
    const fitted = await firsts(stored, held);
    const shuffled = train.map(({ image }, at) => ({
      image,
      captions: train[(at + 7) % train.length]?.captions ?? [],
    }));
    const wrong = await fitProjection(shuffled, LAYOUT, { dimensions: 8, imageRidge: 0.1, textRidge: 0.1 });
    expect(fitted).toBeGreaterThan(0.6);
    expect(await firsts(wrong, held)).toBeLessThan(0.3);
  });

  it('gives unit vectors, and the same bytes each time', async () => {
    const one = await fitProjection(world(60, 3), LAYOUT, { dimensions: 6 });
    const two = await fitProjection(world(60, 3), LAYOUT, { dimensions: 6 });
    expect(bytes(two.tensors)).toEqual(bytes(one.tensors));
    const config: unknown = JSON.parse(JSON.stringify(one.config));
    const encoder = await openRecallEncoder({ config, tensors: one.tensors });
    expect(encoder).toMatchObject({ kind: 'cca', dimensions: 6 });
    const samples = world(5, 4);
    for (const vector of [
      ...(await encoder.encodeImages(samples.map(({ image }) => image))),
      ...(await encoder.encodeTexts(samples.flatMap(({ captions }) => captions))),
    ]) {
      expect(vector).toHaveLength(6);
      expect(dot(vector, vector)).toBeCloseTo(1, 5);
    }
  });

  it('has the canonical correlations of the textbook formula', async () => {
    const features: FeatureLayout = { image: { regions: F, nodes: 0 }, text: { bag: BAG, words: 0 } };
    const covariance = await sumUp(world(300, 5), features);
    const copy = structuredClone(covariance);
    // The ridge of one side stands for both here; the scales of the parts are 1/sqrt(mean) and 1/sqrt(sum) of the
    // variances.
    const [sxx, syy] = [
      Matrix.from1DArray(F, F, Array.from(copy.imageImage)),
      Matrix.from1DArray(WORDS, WORDS, Array.from(copy.textText)),
    ];
    const syx = Matrix.from1DArray(WORDS, F, Array.from(copy.textImage));
    sxx.add(Matrix.eye(F).mul((0.2 * sxx.trace()) / F));
    syy.add(Matrix.eye(WORDS).mul((0.3 * syy.trace()) / WORDS));
    const product = inverse(sxx).mmul(syx.transpose()).mmul(inverse(syy)).mmul(syx);
    const expected = new EigenvalueDecomposition(product).realEigenvalues.sort((a, b) => b - a);
    const stored = correlationProjection(covariance, features, {
      dimensions: 3,
      imageRidge: 0.2,
      textRidge: 0.3,
      nodeScale: 1,
      wordScale: 1,
      power: 0,
    });
    const u = Matrix.from1DArray(3, F, Array.from(stored.tensors.get('image.projection')?.data ?? []));
    const v = Matrix.from1DArray(WORDS, 3, Array.from(stored.tensors.get('text.projection')?.data ?? []));
    // u and v are in the scaled space. Correlations do not depend on the scales, so they are compared.
    const cross = u.mmul(syx.transpose()).mmul(v);
    const own = u.mmul(sxx).mmul(u.transpose());
    const other = v.transpose().mmul(syy).mmul(v);
    for (let k = 0; k < 3; k++) {
      const correlation = cross.get(k, k) / Math.sqrt(own.get(k, k) * other.get(k, k));
      expect(correlation ** 2).toBeCloseTo(expected[k] ?? Number.NaN, 5);
    }
  });

  it('sums up to the results of the plain formulas, whatever the batches', async () => {
    const samples = world(300, 6); // more than two batches
    const { imageMean, textMean, imageImage, textText, textImage } = await sumUp(samples, LAYOUT);
    const x = samples.map(({ image }) =>
      [
        ...Array.from(
          { length: F },
          (_, f) =>
            (image.features[f] ?? 0) + (image.features[F + f] ?? 0) + (image.features[2 * F + f] ?? 0),
        ),
        ...Array.from(
          { length: D },
          (_, f) => (image.nodes[f] ?? 0) + (image.nodes[D + f] ?? 0) + (image.nodes[2 * D + f] ?? 0),
        ),
      ].map((sum) => sum / 3),
    );
    const text = ({ ids, words }: RecallText): number[] => [
      ...BAG.map((id) => ids.filter((other) => other === id).length),
      ...Array.from(
        { length: D },
        (_, d) =>
          ids.slice(1, -1).reduce((sum, _id, at) => sum + (words[(at + 1) * D + d] ?? 0), 0) /
          (ids.length - 2),
      ),
    ];
    const y = samples.map(({ captions }) => captions.map(text));
    const flat = new Matrix(y.flat());
    const means = new Matrix(
      y.map((five) => five[0]?.map((_, f) => five.reduce((sum, row) => sum + (row[f] ?? 0), 0) / 5) ?? []),
    );
    const X = new Matrix(x).subRowVector(Array.from(imageMean));
    expect(
      new Matrix(x).mean('column').every((value, at) => Math.abs(value - (imageMean[at] ?? 9)) < 1e-6),
    ).toBe(true);
    expect(flat.mean('column').every((value, at) => Math.abs(value - (textMean[at] ?? 9)) < 1e-6)).toBe(true);
    const Y = flat.subRowVector(Array.from(textMean));
    const M = means.subRowVector(Array.from(textMean));
    const close = (found: Float64Array, expected: Matrix): void => {
      const all = expected.to1DArray();
      expect(found).toHaveLength(all.length);
      expect(Math.max(...all.map((value, at) => Math.abs(value - (found[at] ?? 9))))).toBeLessThan(1e-6);
    };
    close(imageImage, X.transpose().mmul(X).div(300));
    close(textText, Y.transpose().mmul(Y).div(1500));
    close(textImage, M.transpose().mmul(X).div(300));
  });
});

describe('other projections', () => {
  it('ridge regression equals the closed form', async () => {
    const features: FeatureLayout = { image: { regions: 0, nodes: D }, text: { bag: [], words: D } };
    const covariance = await sumUp(world(100, 7), features);
    const syy = Matrix.from1DArray(D, D, Array.from(covariance.textText));
    const syx = Matrix.from1DArray(D, D, Array.from(covariance.textImage));
    const expected = inverse(syy.clone().add(Matrix.eye(D).mul((0.5 * syy.trace()) / D)))
      .mmul(syx)
      .to1DArray();
    const found = ridgeProjection(covariance, features, 0.5).tensors.get('text.projection')?.data ?? [];
    expect(Math.max(...expected.map((value, at) => Math.abs(value - (found[at] ?? 9))))).toBeLessThan(1e-5);
  });

  it('centred pooling subtracts the means', async () => {
    const samples = world(20, 8);
    const stored = fitCentredPooling(
      D,
      samples.map(({ image }) => image),
      samples.flatMap(({ captions }) => captions),
    );
    const encoder = await openRecallEncoder(stored);
    expect(encoder).toMatchObject({ kind: 'centred-pooling', dimensions: D });
    const [vector = new Float32Array()] = await encoder.encodeImages(samples.map(({ image }) => image));
    expect(dot(vector, vector)).toBeCloseTo(1, 5);
    expect(CENTRED_POOLING_WARNING).toContain('no captioned training data');
    expect(await errorCode(() => fitCentredPooling(D, [], []))).toBe('argument_invalid');
  });
});

describe('unusual input', async () => {
  const samples = world(60, 9);
  const stored = await fitProjection(samples, LAYOUT, { dimensions: 4 });
  const encoder = await openRecallEncoder(stored);
  const zeroImage: RecallImage = {
    regions: R,
    features: new Float32Array(R * F),
    nodes: new Float32Array(R * D),
    boxes: new Float32Array(R * 4),
  };
  const lengthOf = async (vector: Promise<Float32Array>): Promise<number> => dot(await vector, await vector);
  const image = (change: Partial<RecallImage>) => vectorOf(encoder, { ...zeroImage, ...change });
  const text = (ids: number[], words = new Float32Array(ids.length * D)) =>
    textVectorOf(encoder, { ids, words });

  it('accepts unknown words, texts without words, and images of zeros', async () => {
    expect(await lengthOf(text([1, 3, 2]))).toBeCloseTo(1, 5);
    expect(await lengthOf(text([1, 2]))).toBeCloseTo(1, 5);
    expect(await lengthOf(image({}))).toBeCloseTo(1, 5);
  });

  it('does not count unknown words', async () => {
    expect(await text([1, 3, 2])).toEqual(await text([1, 777, 2]));
    expect(await text([1, 3, 2])).not.toEqual(await text([1, 5, 2]));
  });

  it('returns a unit vector for the mean itself', async () => {
    const flat = fitCentredPooling(D, [zeroImage], [{ ids: [1, 2], words: new Float32Array(2 * D) }]);
    expect(await lengthOf(vectorOf(await openRecallEncoder(flat), zeroImage))).toBeCloseTo(1, 5);
  });

  it('refuses wrong shapes and numbers that are not finite', async () => {
    await expect(image({ features: new Float32Array(5) })).rejects.toMatchObject({ code: 'shape_mismatch' });
    await expect(image({ regions: 0 })).rejects.toMatchObject({ code: 'shape_mismatch' });
    await expect(text([1, 2], new Float32Array(1))).rejects.toMatchObject({ code: 'shape_mismatch' });
    await expect(text([])).rejects.toMatchObject({ code: 'query_empty' });
    const features = new Float32Array(R * F).fill(Number.NaN);
    await expect(image({ features })).rejects.toMatchObject({ code: 'format_invalid' });
  });

  it('cannot be fitted on nothing, on images without captions, or on NaN', async () => {
    const codeOf = (data: CaptionedImage[]): Promise<unknown> =>
      fitProjection(data, LAYOUT).catch((thrown) => thrown.code);
    expect(await codeOf([])).toBe('argument_invalid');
    expect(await codeOf([{ image: zeroImage, captions: [] }])).toBe('argument_invalid');
    const bad = { ...zeroImage, features: new Float32Array(R * F).fill(Number.NaN) };
    expect(await codeOf([...samples, ...samples.map(({ captions }) => ({ image: bad, captions }))])).toBe(
      'argument_invalid',
    );
  });

  it('fits features that never vary', async () => {
    const constant = samples.map(({ captions }) => ({ image: zeroImage, captions }));
    const flat = await fitProjection(constant, LAYOUT, { dimensions: 3 });
    expect(await lengthOf(vectorOf(await openRecallEncoder(flat), zeroImage))).toBeCloseTo(1, 5);
  });

  it('refuses a broken projection', async () => {
    const opened = (config: unknown, tensors: Parameters = stored.tensors) =>
      openRecallEncoder({ config, tensors });
    await expect(opened({ ...stored.config, dimensions: 5 })).rejects.toMatchObject({
      code: 'shape_mismatch',
    });
    await expect(opened({ ...stored.config, format: 'x' })).rejects.toMatchObject({ code: 'format_invalid' });
    await expect(opened(stored.config, new Map())).rejects.toMatchObject({ code: 'format_invalid' });
    const nan = new Map(stored.tensors);
    nan.set('text.offset', { shape: [4], data: new Float32Array(4).fill(Number.NaN) });
    await expect(opened(stored.config, nan)).rejects.toMatchObject({ code: 'format_invalid' });
  });
});

describe('words that are counted', () => {
  it('are the most frequent ones, without the special ids', () => {
    expect(
      selectBagWords(
        [
          [1, 9, 9, 9, 2],
          [1, 5, 7, 2],
          [1, 7, 3, 2],
          [1, 5, 2],
        ],
        2,
      ),
    ).toEqual([5, 7]);
    expect(selectBagWords([], 5)).toEqual([]);
  });
});
