/** Something that is among the best. */
export interface BestScore {
  readonly id: number;
  readonly score: number;
  /** The slot that `offer` answered with. */
  readonly slot: number;
}

/**
 * Keeps the best of scored ids: the higher score first, of equal scores the lower id. A heap with the worst of them on
 * top, so that an offer costs one comparison, and `log limit` where it is taken.
 */
export class BestScores {
  readonly #limit: number;
  readonly #tie: (a: number, b: number) => number;
  /** The heap: a parent is worse than its children. Scores, and beside them slots. */
  readonly #scores: number[] = [];
  readonly #slots: number[] = [];
  /** By slot. */
  readonly #ids: number[] = [];
  #least: number;

  /**
   * @param limit how many are kept.
   * @param tie orders ids of the same score, the better one first; by default the lower id is the better one.
   */
  constructor(limit: number, tie: (a: number, b: number) => number = (a, b) => a - b) {
    this.#limit = limit;
    this.#tie = tie;
    this.#least = limit > 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }

  /**
   * No lower score is taken any more: minus infinity until there are as many as are kept. Where most offers are refused,
   * asking this first saves the call.
   */
  get least(): number {
    return this.#least;
  }

  /**
   * Takes the id where it is among the best so far. NaN never is.
   *
   * @returns the slot that it takes, a number below `limit`, where the caller may keep what belongs to it; the id that it
   *   replaces had the same. Undefined where it is not taken.
   */
  offer(id: number, score: number): number | undefined {
    if (!(score >= this.#least)) return undefined;
    const size = this.#slots.length;
    if (size < this.#limit) {
      this.#ids.push(id);
      this.#rise(score, size);
      if (size + 1 === this.#limit) this.#least = this.#scores[0] as number;
      return size;
    }
    const worst = this.#slots[0];
    if (worst === undefined) return undefined;
    if (score === this.#least && this.#tie(id, this.#ids[worst] as number) >= 0) return undefined;
    this.#ids[worst] = id;
    this.#sink(score, worst);
    this.#least = this.#scores[0] as number;
    return worst;
  }

  /** The best so far, best first. */
  ranked(): BestScore[] {
    return this.#slots
      .map((slot, at) => ({ id: this.#ids[slot] as number, score: this.#scores[at] as number, slot }))
      .sort((a, b) => b.score - a.score || this.#tie(a.id, b.id));
  }

  /** Whether what is at a place of the heap is worse than another score and slot. */
  #isWorse(place: number, score: number, slot: number): boolean {
    const own = this.#scores[place] as number;
    if (own !== score) return own < score;
    return this.#tie(this.#ids[this.#slots[place] as number] as number, this.#ids[slot] as number) > 0;
  }

  /** Adds a slot at the end of the heap, and moves it up to where it belongs. */
  #rise(score: number, slot: number): void {
    const scores = this.#scores;
    const slots = this.#slots;
    let at = slots.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#isWorse(parent, score, slot)) break;
      scores[at] = scores[parent] as number;
      slots[at] = slots[parent] as number;
      at = parent;
    }
    scores[at] = score;
    slots[at] = slot;
  }

  /** Puts a slot on top in the place of the worst, and moves it down to where it belongs. */
  #sink(score: number, slot: number): void {
    const scores = this.#scores;
    const slots = this.#slots;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= slots.length) break;
      const right = child + 1;
      if (right < slots.length && this.#isWorse(right, scores[child] as number, slots[child] as number))
        child = right;
      if (!this.#isWorse(child, score, slot)) break;
      scores[at] = scores[child] as number;
      slots[at] = slots[child] as number;
      at = child;
    }
    scores[at] = score;
    slots[at] = slot;
  }
}
