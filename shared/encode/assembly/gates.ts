// A GRU's gates for the 16 units of a panel.
import { exponential, hyperbolicTangent, multiplyAdd, splat } from '../../match/simd/assembly/arithmetic';

/** 1 / (1 + e^-x), from e^-|x| so that nothing overflows. */
function sigmoid(x: v128): v128 {
  const e = exponential(f32x4.neg(f32x4.abs(x)));
  const one = splat(1.0);
  return f32x4.div(v128.bitselect(e, one, f32x4.lt(x, splat(0.0))), f32x4.add(one, e));
}

/**
 * `r, z = σ(x + W h)`, `n = tanh(x + r (W h + b))`, `h' = n + z (h - n)`.
 * @param projected `[48]`: the inputs of reset, update and candidate, biases included
 * @param recalled `[48]`: the products of the state with the weights of the three
 * @param bias of the candidate, `[16]`
 * @param previous `[16]`
 * @param next `[16]`
 */
export function applyGates(projected: usize, recalled: usize, bias: usize, previous: usize, next: usize): void {
  for (let lane: usize = 0; lane < 64; lane += 16) {
    const reset = sigmoid(f32x4.add(v128.load(projected + lane), v128.load(recalled + lane)));
    const update = sigmoid(f32x4.add(v128.load(projected + lane, 64), v128.load(recalled + lane, 64)));
    const own = f32x4.add(v128.load(recalled + lane, 128), v128.load(bias + lane));
    const proposal = hyperbolicTangent(multiplyAdd(reset, own, v128.load(projected + lane, 128)));
    const change = f32x4.sub(v128.load(previous + lane), proposal);
    v128.store(next + lane, multiplyAdd(update, change, proposal));
  }
}

/** The same if the previous state is 0, so that nothing is recalled. */
export function applyFirstGates(projected: usize, bias: usize, next: usize): void {
  for (let lane: usize = 0; lane < 64; lane += 16) {
    const reset = sigmoid(v128.load(projected + lane));
    const update = sigmoid(v128.load(projected + lane, 64));
    const own = v128.load(bias + lane);
    const proposal = hyperbolicTangent(multiplyAdd(reset, own, v128.load(projected + lane, 128)));
    v128.store(next + lane, f32x4.sub(proposal, f32x4.mul(update, proposal)));
  }
}
