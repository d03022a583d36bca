/**
 * `x ≈ scale · steps` with integer steps, and the error: `error = |x - scale · steps|₂`.
 * The bound of an inner product follows from it (exact-search.ts).
 */
export interface Quantised {
  readonly scale: number;
  readonly error: number;
  /** `|x|₂` */
  readonly norm: number;
}

/** Rounds `x: [D]` to integer steps in -levels..levels, written to `steps: [D]`. */
export function quantise(x: ArrayLike<number>, levels: number, steps: Int8Array | Int16Array): Quantised {
  let largest = 0;
  for (let i = 0; i < x.length; i++) largest = Math.max(largest, Math.abs(x[i] as number));
  const scale = largest / levels;
  let norm = 0;
  let error = 0;
  for (let i = 0; i < x.length; i++) {
    const value = x[i] as number;
    // If the scale is a denormal number, the quotient may exceed the levels by rounding.
    const step = scale === 0 ? 0 : Math.max(-levels, Math.min(levels, Math.round(value / scale)));
    steps[i] = step;
    const off = value - scale * step;
    norm += value * value;
    error += off * off;
  }
  return { scale, error: Math.sqrt(error), norm: Math.sqrt(norm) };
}
