/** How much of what was measured remains after one more piece of work: about the last twenty count. */
const KEPT = 0.95;

/** How long work takes where several pieces run at once, measured while there is any. */
export class Pace {
  #cost = 0;
  #ms = 0;
  #since = 0;
  #running = 0;

  /** Work begins. */
  begin(): void {
    if (this.#running++ === 0) this.#since = performance.now();
  }

  /** Work of this cost has ended. The cost may have any unit. */
  end(cost: number): void {
    this.#running--;
    const now = performance.now();
    this.#cost = KEPT * this.#cost + cost;
    this.#ms = KEPT * this.#ms + (now - this.#since);
    this.#since = now;
  }

  /** Milliseconds in which work of this cost in total is expected to be done; 0 before any was measured. */
  expectedMs(cost: number): number {
    return this.#cost === 0 ? 0 : (cost * this.#ms) / this.#cost;
  }
}
