import type { NumberArray } from './element-type.ts';

/**
 * Copies the view `[...shape]` of `source` that starts at `offset` and has `strides` (in elements) along its axes into
 * `target`, row-major. All of it must be within `source`.
 *
 * @returns target
 */
export function gatherStrided<T extends NumberArray>(
  source: NumberArray,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
  target: T,
): T {
  const last = shape.length - 1;
  const index = shape.map(() => 0);
  let from = offset;
  for (let at = 0; at < target.length; at++) {
    target[at] = source[from] as number;
    for (let axis = last; axis >= 0; axis--) {
      const stride = strides[axis] as number;
      from += stride;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      from -= stride * (shape[axis] as number);
      index[axis] = 0;
    }
  }
  return target;
}
