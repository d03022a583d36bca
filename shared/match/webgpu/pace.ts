/** Multiply-adds of the first submission: few enough for a software adapter. */
const FIRST = 2 ** 24;

/** How long a submission should take, in milliseconds: far from any watchdog, long beside its overhead. */
const [SHORTEST_MS, LONGEST_MS] = [15, 60];

/** The most pairs of a submission: their scores are 4 MiB. */
const MOST_PAIRS = 2 ** 19;

/** Sizes submissions by how long those before took, so that no device is held for long, nor a fast one idle. */
export class Pace {
  #multiplyAdds = FIRST;

  /** Pairs of so many multiply-adds each that are given to the device at once. */
  pairs(multiplyAdds: number): number {
    return Math.max(1, Math.min(MOST_PAIRS, Math.floor(this.#multiplyAdds / multiplyAdds)));
  }

  /** Takes in how long a whole submission took. */
  took(milliseconds: number): void {
    if (milliseconds < SHORTEST_MS) this.#multiplyAdds = Math.min(2 ** 50, 2 * this.#multiplyAdds);
    if (milliseconds > LONGEST_MS) this.#multiplyAdds = Math.max(FIRST / 16, this.#multiplyAdds / 2);
  }
}
