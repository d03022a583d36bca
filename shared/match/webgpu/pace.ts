/** Multiply-adds of the first submission: few enough for a software adapter. */
const FIRST = 2 ** 24;

/** How long a submission should take, in milliseconds: far below any watchdog's limit, long compared with its overhead. */
const [SHORTEST_MS, LONGEST_MS] = [15, 60];

/** The most pairs of a submission: their scores are 4 MiB. */
const MOST_PAIRS = 2 ** 19;

/**
 * Chooses the size of submissions by how long the previous ones took, so that no device is blocked for long and no fast
 * one is idle.
 */
export class Pace {
  #multiplyAdds = FIRST;

  /** Number of pairs, each of the given multiply-adds, to send to the device at once. */
  pairs(multiplyAdds: number): number {
    return Math.max(1, Math.min(MOST_PAIRS, Math.floor(this.#multiplyAdds / multiplyAdds)));
  }

  /** Records how long a whole submission took. */
  took(milliseconds: number): void {
    if (milliseconds < SHORTEST_MS) this.#multiplyAdds = Math.min(2 ** 50, 2 * this.#multiplyAdds);
    if (milliseconds > LONGEST_MS) this.#multiplyAdds = Math.max(FIRST / 16, this.#multiplyAdds / 2);
  }
}
