import { AppError } from '../../errors/index.ts';
import type { Parameter } from '../../model/index.ts';
import { type FeatureLayout, imageFeatureSize, textFeatureSize } from '../projection/feature-layout.ts';
import {
  IMAGE_TENSORS,
  type ProjectionKind,
  type StoredProjection,
  TEXT_TENSORS,
} from '../projection/stored-projection.ts';
import {
  addRidge,
  type CorrelationOptions,
  canonicalDirections,
  type Directions,
} from './canonical-correlation.ts';
import { type CaptionedImage, type Covariance, CovarianceSum } from './covariance.ts';
import { choleskyInPlace, solveLower, solveUpper } from './linear-algebra/cholesky.ts';
import { transpose } from './linear-algebra/product.ts';

/** The default projection (docs/coarse-recall.md has the measurements). */
export const COARSE_DEFAULTS: CorrelationOptions & { readonly bagWords: number } = {
  dimensions: 128,
  imageRidge: 2,
  textRidge: 0.3,
  nodeScale: 0.5,
  wordScale: 0.5,
  power: 2,
  bagWords: 3072,
};

/**
 * Fits the default projection: canonical correlation analysis between an image's pooled regions and nodes and a
 * sentence's word counts and word nodes. Closed form, one pass, deterministic.
 *
 * @param samples captioned training images, in any order; none of them is kept.
 * @throws AppError `argument_invalid` (no data, features not finite), `shape_mismatch`.
 */
export async function fitProjection(
  samples: AsyncIterable<CaptionedImage> | Iterable<CaptionedImage>,
  layout: FeatureLayout,
  options: Partial<CorrelationOptions> = {},
): Promise<StoredProjection> {
  const settings = { ...COARSE_DEFAULTS, ...options };
  const covariance = await sumUp(samples, layout);
  return correlationProjection(covariance, layout, settings);
}

/** The projection of a covariance, which is overwritten. */
export function correlationProjection(
  covariance: Covariance,
  layout: FeatureLayout,
  options: CorrelationOptions,
): StoredProjection {
  const { imageMean, textMean } = covariance;
  const directions = canonicalDirections(covariance, layout, options);
  return storedProjection('cca', layout, directions, imageMean, textMean);
}

/**
 * Ridge regression from the features of a sentence to those of an image: the coarse space is the feature space of the
 * image. Everything in `covariance` except the means is overwritten.
 *
 * @param ridge as a multiple of the mean variance of the text's features.
 */
export function ridgeProjection(
  covariance: Covariance,
  layout: FeatureLayout,
  ridge: number,
): StoredProjection {
  const [dx, dy] = [imageFeatureSize(layout), textFeatureSize(layout)];
  const { imageMean, textMean, textText, textImage } = covariance;
  addRidge(textText, dy, ridge);
  choleskyInPlace(textText, dy);
  const text = transpose(textImage, dy, dx); // one row for each image feature
  solveLower(textText, dy, text, dx);
  solveUpper(textText, dy, text, dx);
  return storedProjection('ridge', layout, { count: dx, image: identity(dx), text }, imageMean, textMean);
}

/** Only the means of both sides: what remains possible without captions. */
export function centredPoolingProjection(
  size: number,
  imageMean: Float64Array,
  textMean: Float64Array,
): StoredProjection {
  const layout: FeatureLayout = { image: { regions: 0, nodes: size }, text: { bag: [], words: size } };
  const directions = { count: size, image: identity(size), text: identity(size) };
  return storedProjection('centred-pooling', layout, directions, imageMean, textMean);
}

/** Means and covariances of the samples. */
export async function sumUp(
  samples: AsyncIterable<CaptionedImage> | Iterable<CaptionedImage>,
  layout: FeatureLayout,
): Promise<Covariance> {
  const sum = new CovarianceSum(layout);
  for await (const sample of samples) sum.add(sample);
  return sum.finish();
}

function storedProjection(
  kind: ProjectionKind,
  layout: FeatureLayout,
  { count, image, text }: Directions,
  imageMean: Float64Array,
  textMean: Float64Array,
): StoredProjection {
  const data = new Map<string, Float64Array>([
    ['image.projection', image],
    ['image.offset', project(image, imageMean, count)],
    ['text.projection', transpose(text, count, textMean.length)],
    ['text.offset', project(text, textMean, count)],
  ]);
  const config: StoredProjection['config'] = {
    format: 'gsmn-coarse-head',
    version: 1,
    kind,
    dimensions: count,
    features: copy(layout),
  };
  const tensors = new Map<string, Parameter>();
  for (const [name, shapeOf] of Object.entries({ ...IMAGE_TENSORS, ...TEXT_TENSORS })) {
    const values = Float32Array.from(data.get(name) ?? []);
    if (!values.every(Number.isFinite)) {
      throw new AppError('argument_invalid', `the projection's "${name}" is not finite`, {
        hint: 'look for NaN or infinity in the training features, or use a larger ridge',
      });
    }
    tensors.set(name, { shape: shapeOf(config), data: values });
  }
  return { config, tensors };
}

function copy({ image, text }: FeatureLayout): StoredProjection['config']['features'] {
  return { image: { ...image }, text: { bag: [...text.bag], words: text.words } };
}

function project(rows: Float64Array, mean: Float64Array, count: number): Float64Array {
  const out = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    let sum = 0;
    for (let f = 0; f < mean.length; f++) sum += (rows[k * mean.length + f] as number) * (mean[f] as number);
    out[k] = sum;
  }
  return out;
}

function identity(size: number): Float64Array {
  const out = new Float64Array(size * size);
  for (let i = 0; i < size; i++) out[i * size + i] = 1;
  return out;
}
