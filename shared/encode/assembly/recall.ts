// Products of states with the 48 columns of a panel.
import { multiplyAdd, splat } from '../../match/simd/assembly/arithmetic';
import { multiply } from '../../match/simd/assembly/products';

/** Rows of a panel that are multiplied with all states before the next rows: 24 KiB of weights stay in the first-level cache. */
const DEPTH: i32 = 128;

/**
 * One state: `out [48] = state [D] panel [D, 48]`. Twelve sums, one number of the state and a vector of weights; it is
 * fast because the weights are read once and consecutively.
 */
export function recallOne(state: usize, panel: usize, size: i32, out: usize): void {
  let r0 = splat(0);
  let r1 = splat(0);
  let r2 = splat(0);
  let r3 = splat(0);
  let z0 = splat(0);
  let z1 = splat(0);
  let z2 = splat(0);
  let z3 = splat(0);
  let n0 = splat(0);
  let n1 = splat(0);
  let n2 = splat(0);
  let n3 = splat(0);
  for (; size > 0; size--) {
    const x = v128.load_splat<f32>(state);
    r0 = multiplyAdd(x, v128.load(panel), r0);
    r1 = multiplyAdd(x, v128.load(panel, 16), r1);
    r2 = multiplyAdd(x, v128.load(panel, 32), r2);
    r3 = multiplyAdd(x, v128.load(panel, 48), r3);
    z0 = multiplyAdd(x, v128.load(panel, 64), z0);
    z1 = multiplyAdd(x, v128.load(panel, 80), z1);
    z2 = multiplyAdd(x, v128.load(panel, 96), z2);
    z3 = multiplyAdd(x, v128.load(panel, 112), z3);
    n0 = multiplyAdd(x, v128.load(panel, 128), n0);
    n1 = multiplyAdd(x, v128.load(panel, 144), n1);
    n2 = multiplyAdd(x, v128.load(panel, 160), n2);
    n3 = multiplyAdd(x, v128.load(panel, 176), n3);
    state += 4;
    panel += 192;
  }
  v128.store(out, r0);
  v128.store(out, r1, 16);
  v128.store(out, r2, 32);
  v128.store(out, r3, 48);
  v128.store(out, z0, 64);
  v128.store(out, z1, 80);
  v128.store(out, z2, 96);
  v128.store(out, z3, 112);
  v128.store(out, n0, 128);
  v128.store(out, n1, 144);
  v128.store(out, n2, 160);
  v128.store(out, n3, 176);
}

/**
 * Several states: `out [rows, 48] = states panel [D, 48]`.
 * @param states `[D, rows]`
 * @param rows an even number, at least 4
 */
export function recallMany(states: usize, rows: i32, panel: usize, size: i32, out: usize): void {
  for (let first = 0; first < size; first += DEPTH) {
    const a = states + 4 * <usize>first * rows;
    const b = panel + 192 * <usize>first;
    multiply(a, 4 * <usize>rows, rows, b, 192, 48, min(DEPTH, size - first), out, 192, first > 0);
  }
}
