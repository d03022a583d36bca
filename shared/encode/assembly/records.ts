// Records in linear memory, written by `../records`. Legend: D state size, Dp rounded up to a multiple of 16, I input
// size. Every number is 32 bits wide; matrices are float32, addresses are bytes.

/** One direction of one GRU layer. Units beyond D have weights of 0, so that their states stay 0. */
export class Direction {
  /** D */
  size: i32;
  /** Dp / 16 */
  panels: i32;
  /** By panel of 16 units `[D, 48]`: for each number of the state its weights to reset, update and candidate. */
  weights: usize;
  /** The state's bias of the candidate `[Dp]`. */
  candidateBias: usize;
}

/** One state that is advanced by a step; all fields are addresses. */
export class Step {
  /** `[Dp]`, not read in a first step. */
  previous: usize;
  /** The projected input of the word, by panel `[48]`: reset, update and candidate of 16 units each. */
  projected: usize;
  /** `[Dp]` */
  next: usize;
}
