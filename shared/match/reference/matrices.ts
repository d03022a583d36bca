import { type Parameters, parameter } from '../../model/index.ts';

/** Small float64 matrices as arrays of rows: slow, but plain enough to be obviously correct. */

export type Matrix = number[][];

export const range = (count: number) => Array.from({ length: count }, (_, index) => index);
export const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
export const dot = (a: readonly number[], b: readonly number[]) =>
  sum(a.map((value, index) => value * (b[index] as number)));
export const norm = (a: readonly number[]) => Math.sqrt(dot(a, a));
export const transpose = (m: Matrix): Matrix =>
  (m[0] ?? []).map((_, column) => m.map((row) => row[column] as number));
export const at = <T>(values: readonly T[], index: number): T => values[index] as T;

/** Divided by its length, as in the released code. */
export function l2(a: readonly number[]): number[] {
  const length = norm(a) + 1e-8;
  return a.map((value) => value / length);
}

export function softmax(values: readonly number[]): number[] {
  const largest = Math.max(...values);
  const exponentials = values.map((value) => Math.exp(value - largest));
  const total = sum(exponentials);
  return exponentials.map((value) => value / total);
}

export function rows(data: ArrayLike<number>, width: number): Matrix {
  const all = Array.from(data);
  return range(all.length / width).map((row) => all.slice(row * width, (row + 1) * width));
}

export function weighted(weights: readonly number[], vectors: Matrix): number[] {
  return transpose(vectors).map((column) => dot(weights, column));
}

export function reader(parameters: Parameters) {
  return (name: string): Matrix => {
    const { shape, data } = parameter(parameters, name);
    return rows(data, shape.length === 1 ? data.length : (shape[1] as number));
  };
}

/** `W x + b`. */
export function linear(weight: Matrix, bias: readonly number[] | undefined, x: readonly number[]): number[] {
  return weight.map((row, index) => dot(row, x) + (bias?.[index] ?? 0));
}
