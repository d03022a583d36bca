// GRU layers over words: projections of the inputs, the recurrence step by step, the nodes.
import { laneSum, multiplyAdd, splat } from '../../match/simd/assembly/arithmetic';
import { multiply } from '../../match/simd/assembly/products';
import { applyFirstGates, applyGates } from './gates';
import { recallMany, recallOne } from './recall';
import { Direction, Step } from './records';

export { multiply } from '../../match/simd/assembly/products';

/**
 * Rows of a matrix side by side: `out[j, i] = from[indices[i], j]`.
 * @param from rows `step` bytes apart
 * @param indices `[count]` integers
 * @param out `[size, rows]`; columns from `count` on are not changed
 */
export function pack(
  from: usize,
  step: usize,
  indices: usize,
  count: i32,
  size: i32,
  rows: i32,
  out: usize,
): void {
  for (let i = 0; i < count; i++) {
    let source = from + <usize>load<i32>(indices + 4 * i) * step;
    let to = out + 4 * <usize>i;
    for (let j = 0; j < size; j++) {
      store<f32>(to, load<f32>(source));
      source += 4;
      to += 4 * <usize>rows;
    }
  }
}

/**
 * Inputs of all gates: `out [rows, columns] = x weights + bias`.
 * @param x `[I, rows]`
 * @param rows an even number, at least 4
 * @param weights packed tiles of columns, `[I, 8]` each
 * @param columns a multiple of 16
 */
export function project(
  x: usize,
  rows: i32,
  size: i32,
  weights: usize,
  bias: usize,
  columns: i32,
  out: usize,
): void {
  const row: usize = 4 * columns;
  for (let i = 0; i < rows; i++) memory.copy(out + i * row, bias, row);
  multiply(x, 4 * <usize>rows, rows, weights, 0, columns, size, out, row, true);
}

/**
 * Advances states of one direction by one step.
 * @param steps `count` records of `Step`
 * @param first whether the states before are 0
 * @param reversed whether panels are read from the last to the first: in steps that alternate, the weights that were
 *   used last are used first again, from a closer cache
 * @param work `max(D, 1) rows + 48 rows` floats, `rows` the count rounded up to an even number that is at least 4
 */
export function advance(
  direction: Direction,
  steps: usize,
  count: i32,
  first: bool,
  reversed: bool,
  work: usize,
): void {
  const rows = max((count + 1) & ~1, 4);
  const recalled = work;
  const states = recalled + 192 * <usize>rows;
  const size = direction.size;
  if (!first && count > 1) packStates(steps, count, size, rows, states);
  for (let index = 0; index < direction.panels; index++) {
    const panel: usize = reversed ? direction.panels - 1 - index : index;
    const weights = direction.weights + 192 * panel * size;
    const bias = direction.candidateBias + 64 * panel;
    if (!first && count == 1) recallOne(changetype<Step>(steps).previous, weights, size, recalled);
    else if (!first) recallMany(states, rows, weights, size, recalled);
    for (let i = 0; i < count; i++) {
      const step = changetype<Step>(steps + <usize>i * offsetof<Step>());
      const projected = step.projected + 192 * panel;
      const next = step.next + 64 * panel;
      if (first) applyFirstGates(projected, bias, next);
      else applyGates(projected, recalled + 192 * <usize>i, bias, step.previous + 64 * panel, next);
    }
  }
}

function packStates(steps: usize, count: i32, size: i32, rows: i32, out: usize): void {
  for (let i = 0; i < count; i++) {
    let from = changetype<Step>(steps + <usize>i * offsetof<Step>()).previous;
    let to = out + 4 * <usize>i;
    for (let j = 0; j < size; j++) {
      store<f32>(to, load<f32>(from));
      from += 4;
      to += 4 * <usize>rows;
    }
  }
}

/**
 * States to nodes: the mean of the directions, divided by `sqrt(max(Σ x², 1e-30)) + 1e-8` if they are normalised.
 * @param states `[rows, directions, Dp]`
 * @param directions 1 or 2
 * @param padded Dp
 * @param out `[rows, D]`; up to 3 floats after it are also written
 */
export function finish(
  states: usize,
  rows: i32,
  directions: i32,
  size: i32,
  padded: i32,
  normalize: bool,
  out: usize,
): void {
  const part: usize = 4 * padded;
  const used: usize = 4 * ((<usize>size + 3) & ~3);
  for (let row = 0; row < rows; row++) {
    let squares = splat(0);
    for (let at: usize = 0; at < used; at += 16) {
      let x = v128.load(states + at);
      if (directions == 2) x = f32x4.mul(f32x4.add(x, v128.load(states + part + at)), splat(0.5));
      squares = multiplyAdd(x, x, squares);
      v128.store(out + at, x);
    }
    if (normalize) {
      const norm = splat(Mathf.sqrt(max<f32>(laneSum(squares), 1e-30)) + <f32>1e-8);
      for (let at: usize = 0; at < used; at += 16) v128.store(out + at, f32x4.div(v128.load(out + at), norm));
    }
    states += part * directions;
    out += 4 * <usize>size;
  }
}
