import { EigenvalueDecomposition, inverse, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import type { Parameters } from '../model/index.ts';
import {
  type CaptionedImage,
  CENTRED_POOLING_WARNING,
  type CoarseImageInput,
  type CoarseTextInput,
  correlationHead,
  type FeatureLayout,
  fitCentredPooling,
  fitCoarseHead,
  parseCoarseHead,
  ridgeHead,
  selectBagWords,
  sumUp,
} from './index.ts';

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

/** Share of captions whose own image comes first. */
function firsts(head: ReturnType<typeof parseCoarseHead>, samples: readonly CaptionedImage[]): number {
  const images = samples.map(({ image }) => head.imageVector(image));
  const hits = samples.flatMap(({ captions }, own) =>
    captions.map((caption) => {
      const query = head.textVector(caption);
      const scores = images.map((vector) => dot(vector, query));
      return scores.filter((score) => score > (scores[own] ?? 0)).length < 3 ? 1 : 0;
    }),
  );
  return hits.reduce<number>((sum, hit) => sum + hit, 0) / hits.length;
}

function code(run: () => unknown): string | undefined {
  try {
    run();
  } catch (thrown) {
    return thrown instanceof AppError ? thrown.code : String(thrown);
  }
  return undefined;
}

const bytes = (tensors: Parameters): number[] =>
  [...tensors.values()].flatMap(({ data }) => Array.from(data));

describe('a fitted coarse head', () => {
  it('finds images that it was not fitted on, where centred pooling does not', async () => {
    const [train, held] = [world(400, 1), world(40, 2)];
    const stored = await fitCoarseHead(train, LAYOUT, { dimensions: 8, imageRidge: 0.1, textRidge: 0.1 });
    const fitted = firsts(parseCoarseHead(stored.config, stored.tensors), held);
    const shuffled = train.map(({ image }, at) => ({
      image,
      captions: train[(at + 7) % train.length]?.captions ?? [],
    }));
    const wrong = await fitCoarseHead(shuffled, LAYOUT, { dimensions: 8, imageRidge: 0.1, textRidge: 0.1 });
    expect(fitted).toBeGreaterThan(0.6);
    expect(firsts(parseCoarseHead(wrong.config, wrong.tensors), held)).toBeLessThan(0.3);
  });

  it('gives unit vectors, and the same bytes each time', async () => {
    const one = await fitCoarseHead(world(60, 3), LAYOUT, { dimensions: 6 });
    const two = await fitCoarseHead(world(60, 3), LAYOUT, { dimensions: 6 });
    expect(bytes(two.tensors)).toEqual(bytes(one.tensors));
    const head = parseCoarseHead(JSON.parse(JSON.stringify(one.config)), one.tensors);
    expect(head).toMatchObject({ kind: 'cca', dimensions: 6 });
    for (const { image, captions } of world(5, 4)) {
      for (const vector of [
        head.imageVector(image),
        ...captions.map((caption) => head.textVector(caption)),
      ]) {
        expect(vector).toHaveLength(6);
        expect(dot(vector, vector)).toBeCloseTo(1, 5);
      }
    }
  });

  it('has the canonical correlations that the textbook formula gives', async () => {
    const features: FeatureLayout = { image: { regions: F, nodes: 0 }, text: { bag: BAG, words: 0 } };
    const covariance = await sumUp(world(300, 5), features);
    const copy = structuredClone(covariance);
    // One side's ridge stands for both here; the parts' scales are 1/sqrt(mean) and 1/sqrt(sum) of the variances.
    const [sxx, syy] = [
      Matrix.from1DArray(F, F, Array.from(copy.imageImage)),
      Matrix.from1DArray(WORDS, WORDS, Array.from(copy.textText)),
    ];
    const syx = Matrix.from1DArray(WORDS, F, Array.from(copy.textImage));
    sxx.add(Matrix.eye(F).mul((0.2 * sxx.trace()) / F));
    syy.add(Matrix.eye(WORDS).mul((0.3 * syy.trace()) / WORDS));
    const product = inverse(sxx).mmul(syx.transpose()).mmul(inverse(syy)).mmul(syx);
    const expected = new EigenvalueDecomposition(product).realEigenvalues.sort((a, b) => b - a);
    const stored = correlationHead(covariance, features, {
      dimensions: 3,
      imageRidge: 0.2,
      textRidge: 0.3,
      nodeScale: 1,
      wordScale: 1,
      power: 0,
    });
    const u = Matrix.from1DArray(3, F, Array.from(stored.tensors.get('image.projection')?.data ?? []));
    const v = Matrix.from1DArray(WORDS, 3, Array.from(stored.tensors.get('text.projection')?.data ?? []));
    // u and v live in the scaled space: undo the scales' effect by comparing correlations, which they leave alone.
    const cross = u.mmul(syx.transpose()).mmul(v);
    const own = u.mmul(sxx).mmul(u.transpose());
    const other = v.transpose().mmul(syy).mmul(v);
    for (let k = 0; k < 3; k++) {
      const correlation = cross.get(k, k) / Math.sqrt(own.get(k, k) * other.get(k, k));
      expect(correlation ** 2).toBeCloseTo(expected[k] ?? Number.NaN, 5);
    }
  });

  it('sums up what the plain formulas give, whatever the batches', async () => {
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
    const text = ({ ids, words }: CoarseTextInput): number[] => [
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

describe('other heads', () => {
  it('ridge regression is the closed form', async () => {
    const features: FeatureLayout = { image: { regions: 0, nodes: D }, text: { bag: [], words: D } };
    const covariance = await sumUp(world(100, 7), features);
    const syy = Matrix.from1DArray(D, D, Array.from(covariance.textText));
    const syx = Matrix.from1DArray(D, D, Array.from(covariance.textImage));
    const expected = inverse(syy.clone().add(Matrix.eye(D).mul((0.5 * syy.trace()) / D)))
      .mmul(syx)
      .to1DArray();
    const found = ridgeHead(covariance, features, 0.5).tensors.get('text.projection')?.data ?? [];
    expect(Math.max(...expected.map((value, at) => Math.abs(value - (found[at] ?? 9))))).toBeLessThan(1e-5);
  });

  it('centred pooling takes the means off', () => {
    const samples = world(20, 8);
    const stored = fitCentredPooling(
      D,
      samples.map(({ image }) => image),
      samples.flatMap(({ captions }) => captions),
    );
    const head = parseCoarseHead(stored.config, stored.tensors);
    expect(head).toMatchObject({ kind: 'centred-pooling', dimensions: D });
    const [first] = samples;
    const vector = first === undefined ? new Float32Array() : head.imageVector(first.image);
    expect(dot(vector, vector)).toBeCloseTo(1, 5);
    expect(CENTRED_POOLING_WARNING).toContain('no captioned training data');
    expect(code(() => fitCentredPooling(D, [], []))).toBe('argument_invalid');
  });
});

describe('awkward input', async () => {
  const samples = world(60, 9);
  const stored = await fitCoarseHead(samples, LAYOUT, { dimensions: 4 });
  const head = parseCoarseHead(stored.config, stored.tensors);
  const zeroImage: CoarseImageInput = {
    regions: R,
    features: new Float32Array(R * F),
    nodes: new Float32Array(R * D),
    boxes: new Float32Array(R * 4),
  };
  const length = (vector: Float32Array): number => dot(vector, vector);

  it('takes unknown words, sentences without words, and images of zeros', () => {
    expect(length(head.textVector({ ids: [1, 3, 2], words: new Float32Array(3 * D) }))).toBeCloseTo(1, 5);
    expect(length(head.textVector({ ids: [1, 2], words: new Float32Array(2 * D) }))).toBeCloseTo(1, 5);
    expect(length(head.imageVector(zeroImage))).toBeCloseTo(1, 5);
  });

  it('does not count unknown words', () => {
    const words = new Float32Array(3 * D);
    expect(head.textVector({ ids: [1, 3, 2], words })).toEqual(head.textVector({ ids: [1, 777, 2], words }));
    expect(head.textVector({ ids: [1, 3, 2], words })).not.toEqual(
      head.textVector({ ids: [1, 5, 2], words }),
    );
  });

  it('gives a unit vector for the mean itself', () => {
    const flat = fitCentredPooling(D, [zeroImage], [{ ids: [1, 2], words: new Float32Array(2 * D) }]);
    expect(length(parseCoarseHead(flat.config, flat.tensors).imageVector(zeroImage))).toBeCloseTo(1, 5);
  });

  it('refuses wrong shapes and numbers that are not finite', () => {
    expect(code(() => head.imageVector({ ...zeroImage, features: new Float32Array(5) }))).toBe(
      'shape_mismatch',
    );
    expect(code(() => head.imageVector({ ...zeroImage, regions: 0 }))).toBe('shape_mismatch');
    expect(code(() => head.textVector({ ids: [1, 2], words: new Float32Array(1) }))).toBe('shape_mismatch');
    expect(code(() => head.textVector({ ids: [], words: new Float32Array() }))).toBe('query_empty');
    const features = new Float32Array(R * F).fill(Number.NaN);
    expect(code(() => head.imageVector({ ...zeroImage, features }))).toBe('format_invalid');
  });

  it('refuses to be fitted on nothing, on images without captions, and on NaN', async () => {
    const codeOf = (data: CaptionedImage[]): Promise<unknown> =>
      fitCoarseHead(data, LAYOUT).catch((thrown) => thrown.code);
    expect(await codeOf([])).toBe('argument_invalid');
    expect(await codeOf([{ image: zeroImage, captions: [] }])).toBe('argument_invalid');
    const bad = { ...zeroImage, features: new Float32Array(R * F).fill(Number.NaN) };
    expect(await codeOf([...samples, ...samples.map(({ captions }) => ({ image: bad, captions }))])).toBe(
      'argument_invalid',
    );
  });

  it('fits features that never vary', async () => {
    const constant = samples.map(({ captions }) => ({ image: zeroImage, captions }));
    const flat = await fitCoarseHead(constant, LAYOUT, { dimensions: 3 });
    expect(length(parseCoarseHead(flat.config, flat.tensors).imageVector(zeroImage))).toBeCloseTo(1, 5);
  });

  it('refuses a broken head', () => {
    const broken = (change: Partial<typeof stored.config>): string | undefined =>
      code(() => parseCoarseHead({ ...stored.config, ...change }, stored.tensors));
    expect(broken({ dimensions: 5 })).toBe('shape_mismatch');
    expect(code(() => parseCoarseHead({ format: 'x' }, stored.tensors))).toBe('format_invalid');
    expect(code(() => parseCoarseHead(stored.config, new Map()))).toBe('format_invalid');
    const nan = new Map(stored.tensors);
    nan.set('text.offset', { shape: [4], data: new Float32Array(4).fill(Number.NaN) });
    expect(code(() => parseCoarseHead(stored.config, nan))).toBe('format_invalid');
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
