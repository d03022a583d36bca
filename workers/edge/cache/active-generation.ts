/** How long what is known of a generation may be used, in milliseconds. */
export interface Freshness {
  /** Without asking again. */
  readonly freshMs: number;
  /** Beyond that, while it is asked in the background. */
  readonly staleMs: number;
}

/** The generation that was active when somebody last asked. */
export interface KnownGeneration {
  readonly generation: string;
  /** Milliseconds since then. */
  readonly age: number;
  /** Whether to ask again. */
  readonly stale: boolean;
}

/**
 * Which generation is active, as far as this isolate knows: the answers of searches name it, and the reranker is asked when none did for a
 * while. So an answer that is kept can be sent without a call to another service.
 */
export class ActiveGeneration {
  readonly #freshness: Freshness;
  readonly #onSwitch: (generation: string) => void;
  #known: { readonly generation: string; readonly askedAt: number } | undefined;
  /** No other check before then, by `performance.now()`. */
  #checkingUntil = 0;

  /** @param onSwitch called with another generation than the one before */
  constructor(freshness: Freshness, onSwitch: (generation: string) => void = () => {}) {
    this.#freshness = freshness;
    this.#onSwitch = onSwitch;
  }

  /** Undefined if nobody knows, or knew for too long. */
  get known(): KnownGeneration | undefined {
    if (this.#known === undefined) return undefined;
    const { freshMs, staleMs } = this.#freshness;
    const age = performance.now() - this.#known.askedAt;
    return age > freshMs + staleMs
      ? undefined
      : { generation: this.#known.generation, age, stale: age > freshMs };
  }

  /**
   * A service has named the active generation.
   *
   * @param askedAt when it was asked, by `performance.now()`: an answer that took long does not outdo a later one
   */
  note(generation: string, askedAt: number): void {
    const before = this.#known;
    if (before !== undefined && askedAt < before.askedAt) return;
    this.#known = { generation, askedAt };
    if (before?.generation !== generation) this.#onSwitch(generation);
  }

  /** Asks, unless somebody is asking. @throws what `ask` throws. */
  async check(ask: () => Promise<{ readonly generation: string }>): Promise<void> {
    const askedAt = performance.now();
    if (askedAt < this.#checkingUntil) return;
    // Workers may end it with the request that started it.
    this.#checkingUntil = askedAt + Math.max(1000, this.#freshness.freshMs);
    try {
      this.note((await ask()).generation, askedAt);
      this.#checkingUntil = 0;
    } catch (thrown) {
      // A service that is away is not asked by every caller.
      this.#checkingUntil = performance.now() + RETRY_MS;
      throw thrown;
    }
  }
}

const RETRY_MS = 1000;
