/** Appends the groups of a region's features one after another. */
export class FeatureWriter {
  readonly #target: Float32Array;
  #at: number;

  constructor(target: Float32Array, at: number) {
    this.#target = target;
    this.#at = at;
  }

  /** Appends shares (not negative) as their square roots, scaled to the length `weight`: Hellinger distance of histograms. */
  shares(values: ArrayLike<number>, weight: number): void {
    let total = 0;
    for (let index = 0; index < values.length; index++) total += values[index] as number;
    const scale = total > 0 ? weight / Math.sqrt(total) : 0;
    for (let index = 0; index < values.length; index++) {
      this.#target[this.#at++] = Math.sqrt(values[index] as number) * scale;
    }
  }

  /** Appends values unchanged except for a weight. */
  values(values: Iterable<number>, weight: number): void {
    for (const value of values) this.#target[this.#at++] = value * weight;
  }
}
