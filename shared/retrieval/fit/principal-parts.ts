import { addProduct, mirrorLower, transpose, windowAt } from './linear-algebra/product.ts';
import { type Eigenpairs, largestEigenpairs } from './linear-algebra/symmetric-eigen.ts';

/** Rows that are multiplied at once. */
const BATCH = 256;

/** The principal components of parts of a vector, each part scaled to the total variance 1. */
export interface PrincipalParts {
  /** Length of the vectors. */
  readonly size: number;
  /** Numbers of all components together. */
  readonly components: number;
  readonly mean: Float64Array;
  /** One for each part: its first column, its width, and its components as rows `[count, width]`, scaled. */
  readonly parts: readonly PrincipalPart[];
}

interface PrincipalPart {
  readonly from: number;
  readonly width: number;
  readonly count: number;
  readonly basis: Float64Array;
}

/**
 * Principal component analysis of each part on its own.
 *
 * @param rows `[count, Σ widths]`
 * @param components of each part; fewer where it is narrower, or where there are no more rows.
 */
export function fitPrincipalParts(
  rows: Float32Array,
  widths: readonly number[],
  components: number,
): PrincipalParts {
  const size = widths.reduce((sum, width) => sum + width, 0);
  const count = rows.length / size;
  const mean = new Float64Array(size);
  for (let at = 0; at < rows.length; at++) {
    mean[at % size] = (mean[at % size] as number) + (rows[at] as number) / count;
  }
  let from = 0;
  const parts = widths.map((width): PrincipalPart => {
    const part = fitPart(rows, mean, from, width, Math.min(components, width));
    from += width;
    return part;
  });
  return { size, components: parts.reduce((sum, part) => sum + part.count, 0), mean, parts };
}

function fitPart(
  rows: Float32Array,
  mean: Float64Array,
  from: number,
  width: number,
  wanted: number,
): PrincipalPart {
  const count = rows.length / mean.length;
  const { values, vectors } =
    count <= width
      ? fewRows(centred(rows, mean, from, width, 0, count), width, Math.min(wanted, count - 1))
      : largestEigenpairs(covarianceOf(rows, mean, from, width), width, wanted);
  const variance = values.reduce((sum, value) => sum + Math.max(value, 0), 0);
  const scale = variance > 0 ? 1 / Math.sqrt(variance) : 0;
  return { from, width, count: values.length, basis: vectors.map((value) => value * scale) };
}

function covarianceOf(rows: Float32Array, mean: Float64Array, from: number, width: number): Float64Array {
  const count = rows.length / mean.length;
  const covariance = new Float64Array(width * width);
  for (let first = 0; first < count; first += BATCH) {
    const some = centred(rows, mean, from, width, first, Math.min(count, first + BATCH));
    const n = some.length / width;
    const columns = windowAt(transpose(some, n, width), n);
    addProduct(windowAt(covariance, width), columns, columns, [width, width, n], { lower: true });
  }
  mirrorLower(covariance, width);
  return covariance.map((value) => value / count);
}

/** The eigenpairs of the covariance of no more rows than columns, by those of their inner products, which is a smaller matrix. */
function fewRows(some: Float64Array, width: number, wanted: number): Eigenpairs {
  const count = some.length / width;
  const products = new Float64Array(count * count);
  const own = windowAt(some, width);
  addProduct(windowAt(products, count), own, own, [count, count, width], { lower: true });
  mirrorLower(products, count);
  const found = largestEigenpairs(
    products.map((value) => value / count),
    count,
    wanted,
  );
  const vectors = new Float64Array(found.values.length * width);
  const columns = windowAt(transpose(some, count, width), count);
  addProduct(windowAt(vectors, width), windowAt(found.vectors, count), columns, [
    found.values.length,
    width,
    count,
  ]);
  const scaled = vectors.map((value, at) => {
    const variance = found.values[Math.floor(at / width)] as number;
    return variance > 0 ? value / Math.sqrt(count * variance) : 0;
  });
  return { values: found.values, vectors: scaled };
}

/** Columns `[from, from + width)` of rows `[first, last)`, less the mean. */
function centred(
  rows: Float32Array,
  mean: Float64Array,
  from: number,
  width: number,
  first: number,
  last: number,
): Float64Array {
  const out = new Float64Array((last - first) * width);
  for (let row = first; row < last; row++) {
    for (let column = 0; column < width; column++) {
      const value = rows[row * mean.length + from + column] as number;
      out[(row - first) * width + column] = value - (mean[from + column] as number);
    }
  }
  return out;
}

/** The components of rows `[count, size]`: `[count, components]`. */
export function principalComponents(fitted: PrincipalParts, rows: Float32Array): Float32Array {
  const { size, components, mean, parts } = fitted;
  const count = rows.length / size;
  const out = new Float32Array(count * components);
  for (let first = 0; first < count; first += BATCH) {
    const last = Math.min(count, first + BATCH);
    let column = 0;
    for (const { from, width, count: own, basis } of parts) {
      const some = centred(rows, mean, from, width, first, last);
      const found = new Float64Array((last - first) * own);
      addProduct(windowAt(found, own), windowAt(some, width), windowAt(basis, width), [
        last - first,
        own,
        width,
      ]);
      for (let row = first; row < last; row++) {
        const start = (row - first) * own;
        out.set(found.subarray(start, start + own), row * components + column);
      }
      column += own;
    }
  }
  return out;
}

/** A linear map of components `[count, components]` as a map of the vectors themselves: `[count, size]`. */
export function mapOfVectors(fitted: PrincipalParts, map: ArrayLike<number>, count: number): Float64Array {
  const { size, components, parts } = fitted;
  const out = new Float64Array(count * size);
  let column = 0;
  for (const { from, width, count: own, basis } of parts) {
    for (let row = 0; row < count; row++) {
      for (let c = 0; c < own; c++) {
        const factor = map[row * components + column + c] as number;
        for (let f = 0; f < width; f++) {
          const at = row * size + from + f;
          out[at] = (out[at] as number) + factor * (basis[c * width + f] as number);
        }
      }
    }
    column += own;
  }
  return out;
}
