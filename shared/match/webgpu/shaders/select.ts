/** Invocations of a workgroup of the selecting shaders. */
export const SELECT_INVOCATIONS = 64;

/** Number of values of the state, with a count for each value of a digit. */
export const SELECT_STATE_LENGTH = 6 + 256;

/** Digits of 8 bits: four of a score's rank, then four of an image's number. */
export const SELECT_DIGITS = 8;

/**
 * Finds the k best of all scores, the lower number first among equal scores: a radix selection. Images are ordered by a
 * rank of 32 bits, lower for higher sums of both scores, and then by their number. Digit by digit, `count` counts the
 * images that agree with the last wanted one in all digits before, and `choose` finds its next digit; then `gather`
 * collects all images up to it, in any order.
 */
export function selectShader(): string {
  return /* wgsl */ `
struct State {
  images: u32,
  // How many more of those that agree in all digits so far are wanted.
  wanted: u32,
  digit: u32,
  // Rank and number of the last wanted image, as far as they are known.
  rank: u32,
  number: u32,
  taken: atomic<u32>,
  counts: array<atomic<u32>, 256>,
}
struct Found { number: u32, image_to_text: f32, text_to_image: f32 }
@group(0) @binding(0) var<storage, read> scores: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> state: State;
@group(0) @binding(2) var<storage, read_write> found: array<Found>;
var<workgroup> counts: array<atomic<u32>, 256>;

fn rank_of(number: u32) -> u32 {
  let sum = scores[number].x + scores[number].y;
  // 0 and -0 are equal.
  let bits = bitcast<u32>(select(sum, 0f, sum == 0));
  // Higher sums get lower ranks: negative ones are ordered backwards already.
  return select(0x7fffffffu - bits, bits, bits >= 0x80000000u);
}

fn shift_of(digit: u32) -> u32 { return 24 - 8 * (digit % 4); }

@compute @workgroup_size(${SELECT_INVOCATIONS})
fn count(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  for (var value = lane; value < 256; value += ${SELECT_INVOCATIONS}u) { atomicStore(&counts[value], 0u); }
  workgroupBarrier();
  let digit = state.digit;
  let shift = shift_of(digit);
  // Bits of the digits before; a shift by all 32 bits shifts by none.
  let before = select(0xffffff00u << shift, 0u, shift == 24);
  let step = workgroups.x * ${SELECT_INVOCATIONS}u;
  for (var number = workgroup.x * ${SELECT_INVOCATIONS}u + lane; number < state.images; number += step) {
    let rank = rank_of(number);
    if (digit < 4) {
      if ((rank & before) == (state.rank & before)) { atomicAdd(&counts[(rank >> shift) & 255], 1u); }
    } else if (rank == state.rank && (number & before) == (state.number & before)) {
      atomicAdd(&counts[(number >> shift) & 255], 1u);
    }
  }
  workgroupBarrier();
  for (var value = lane; value < 256; value += ${SELECT_INVOCATIONS}u) {
    let some = atomicLoad(&counts[value]);
    if (some > 0) { atomicAdd(&state.counts[value], some); }
  }
}

@compute @workgroup_size(1)
fn choose() {
  var value = 0u;
  for (; value < 255; value++) {
    let some = atomicLoad(&state.counts[value]);
    if (some >= state.wanted) { break; }
    state.wanted -= some;
  }
  for (var other = 0u; other < 256; other++) { atomicStore(&state.counts[other], 0u); }
  let bits = value << shift_of(state.digit);
  if (state.digit < 4) { state.rank |= bits; } else { state.number |= bits; }
  state.digit += 1;
}

@compute @workgroup_size(${SELECT_INVOCATIONS})
fn gather(
  @builtin(global_invocation_id) invocation: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
) {
  let step = workgroups.x * ${SELECT_INVOCATIONS}u;
  for (var number = invocation.x; number < state.images; number += step) {
    let rank = rank_of(number);
    if (rank < state.rank || (rank == state.rank && number <= state.number)) {
      let score = scores[number];
      found[atomicAdd(&state.taken, 1u)] = Found(number, score.x, score.y);
    }
  }
}
`;
}
