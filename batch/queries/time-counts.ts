/** Neighbouring counts differ by two percent in their times, which is how exact a quantile is. */
const STEP = Math.log(1.02);

/** How often which time was taken, in as much memory however many they are. */
export class TimeCounts {
  readonly #counts = new Map<number, number>();
  #total = 0;

  add(milliseconds: number): void {
    const at = Math.round(Math.log(milliseconds + 1) / STEP);
    this.#counts.set(at, (this.#counts.get(at) ?? 0) + 1);
    this.#total++;
  }

  /** The time that a share of all stays at or below, within two percent; undefined if there is none. */
  quantile(share: number): number | undefined {
    let left = Math.ceil(share * this.#total);
    for (const [at, count] of [...this.#counts].toSorted(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return Math.round(Math.exp(at * STEP) - 1);
    }
    return undefined;
  }
}
