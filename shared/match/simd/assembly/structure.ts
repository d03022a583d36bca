// Structure-level matching: graph convolution over matching vectors, then the output layers.
import { hyperbolicTangent, multiplyAdd, splat } from './arithmetic';
import { multiply } from './products';
import { Caption, Image, Network } from './records';

/**
 * Scores of regions: `h_i = concat_k W_k Σ_j w_ij^k n_ij`, then `out_2(tanh(out_1 h_i))`. With `neighbours` `n_ij =
 * m_j`; the product with W_k is taken before the sum over j, which is then over fewer numbers. With `self` `n_ij =
 * m_i`, and the sum over j is a gate.
 * @param matches `[T, Rr]`
 * @param work `(units + hidden) Rr + Rr units` floats with `units = K * kernelUnits`
 * @param out `[Rr]`
 */
export function scoreRegions(network: Network, image: Image, matches: usize, work: usize, out: usize): void {
  const T = network.blocks;
  const units = network.kernels * network.kernelUnits;
  const lanes = image.lanes;
  const row: usize = 4 * lanes;
  const gathered = work;
  const activated = gathered + <usize>units * row;
  if (network.neighbours) {
    const projected = activated + <usize>network.hidden * row;
    multiply(
      matches,
      row,
      (image.regions + 1) & ~1,
      network.imageKernels,
      4 * units,
      units,
      T,
      projected,
      4 * units,
      false,
    );
    for (let kernel = 0; kernel < network.kernels; kernel++) {
      const first = kernel * network.kernelUnits;
      const edges = image.layout + <usize>kernel * image.regions * row;
      multiply(
        projected + 4 * first,
        4 * units,
        network.kernelUnits,
        edges,
        row,
        lanes,
        image.regions,
        gathered + <usize>first * row,
        row,
        false,
      );
    }
  } else {
    multiply(network.imageKernels, 4 * units, units, matches, row, lanes, T, gathered, row, false);
    for (let unit = 0; unit < units; unit++) {
      const gates = image.layout + <usize>(unit / network.kernelUnits) * row;
      const at = gathered + <usize>unit * row;
      for (let r: usize = 0; r < row; r += 16) {
        v128.store(at + r, f32x4.mul(v128.load(at + r), v128.load(gates + r)));
      }
    }
  }
  multiply(
    network.imageHidden,
    4 * network.hidden,
    network.hidden,
    gathered,
    row,
    lanes,
    units,
    activated,
    row,
    false,
  );
  outputs(
    activated,
    row,
    lanes,
    network.hidden,
    network.imageHiddenBias,
    network.imageOutput,
    network.imageOutputBias,
    out,
  );
}

/**
 * Scores of the words of a batch. A word's edge weights sum to 1 and are the same for every kernel, so that
 * `out_1(concat_k (W_k Σ_j e_ij n_ij + β_k))` is `Σ_j e_ij (M n_ij) + c` with one matrix `M = out_1 W`; with `self`,
 * where `n_ij = m_i`, edges have no influence.
 * @param matches `[T, Wr]`
 * @param work `hidden (Wr + 4) + hidden Wr` floats
 * @param out `[Wr]`
 */
export function scoreWords(
  network: Network,
  captions: Caption,
  count: i32,
  W: i32,
  wordLanes: i32,
  matches: usize,
  work: usize,
  out: usize,
): void {
  const T = network.blocks;
  const hidden = network.hidden;
  // A caption's last tile may reach up to three lanes beyond it: into the next one, which is written later, or the
  // slack.
  const row: usize = 4 * (wordLanes + 4);
  const activated = work;
  if (network.neighbours) {
    const projected = activated + <usize>hidden * row;
    multiply(
      matches,
      4 * wordLanes,
      (W + 1) & ~1,
      network.textHidden,
      4 * hidden,
      hidden,
      T,
      projected,
      4 * hidden,
      false,
    );
    for (let index = 0; index < count; index++) {
      const caption = changetype<Caption>(changetype<usize>(captions) + index * offsetof<Caption>());
      const lanes = (caption.words + 3) & ~3;
      const own = projected + 4 * <usize>caption.first * hidden;
      multiply(
        own,
        4 * hidden,
        hidden,
        caption.edges,
        4 * lanes,
        lanes,
        caption.words,
        activated + 4 * caption.first,
        row,
        false,
      );
    }
  } else {
    multiply(
      network.textHidden,
      4 * hidden,
      hidden,
      matches,
      4 * wordLanes,
      wordLanes,
      T,
      activated,
      row,
      false,
    );
  }
  outputs(
    activated,
    row,
    wordLanes,
    hidden,
    network.textHiddenBias,
    network.textOutput,
    network.textOutputBias,
    out,
  );
}

/** `out[lane] = Σ_u o_u tanh(x[u, lane] + b_u) + c` */
function outputs(
  x: usize,
  row: usize,
  lanes: i32,
  hidden: i32,
  bias: usize,
  output: usize,
  outputBias: f32,
  out: usize,
): void {
  for (let lane = 0; lane < lanes; lane += 4) {
    let sum = splat(outputBias);
    let at = x + 4 * <usize>lane;
    for (let unit = 0; unit < hidden; unit++) {
      const activated = hyperbolicTangent(f32x4.add(v128.load(at), v128.load_splat<f32>(bias + 4 * unit)));
      sum = multiplyAdd(activated, v128.load_splat<f32>(output + 4 * unit), sum);
      at += row;
    }
    v128.store(out + 4 * <usize>lane, sum);
  }
}
