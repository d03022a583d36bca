import { AppError, type ErrorCode } from '../../../shared/errors/index.ts';

export interface CircuitOptions {
  /** The circuit opens when more than this share of the calls of the last `windowMs` failed … */
  readonly failureRate: number;
  /** … and there were at least so many of them. */
  readonly calls: number;
  readonly windowMs: number;
  /** How long an open circuit refuses calls before it lets one through as a probe, in milliseconds. */
  readonly restMs: number;
  /** After this long a probe counts as lost, in milliseconds. */
  readonly probeMs: number;
}

/** What a failing service is to blame for; anything else says that the service is alive. */
const BLAMED: readonly ErrorCode[] = [
  'timeout',
  'overloaded',
  'encode_unavailable',
  'recall_unavailable',
  'rerank_unavailable',
];

/** Parts of the window; the oldest is forgotten as a whole. */
const PARTS = 10;

interface Part {
  readonly since: number;
  calls: number;
  failures: number;
}

/**
 * A circuit breaker: when most of the calls fail, further ones fail at once for a while instead of each waiting for its timeout. It goes
 * by a rate, so that a few callers whose requests fail do not take the service from all others.
 *
 * Of its own, because cockatiel's goes by the wall clock (set back, it stays open) and lets other calls wait for the outcome of a
 * probe: in Workers the request that carries the probe may be gone, and nobody would ever decide. Here others are refused meanwhile,
 * and a probe that does not come back is replaced.
 */
export class Circuit {
  readonly #name: string;
  readonly #code: ErrorCode;
  readonly #options: CircuitOptions;
  #parts: Part[] = [];
  /** When it opened last; undefined while it is closed. Times are those of `performance.now()`. */
  #openedAt: number | undefined;
  #probeSince: number | undefined;

  constructor(name: string, code: ErrorCode, options: CircuitOptions) {
    this.#name = name;
    this.#code = code;
    this.#options = options;
  }

  get open(): boolean {
    return this.#openedAt !== undefined;
  }

  /** @throws AppError of the circuit's code when it is open; what `work` throws. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const probe = this.#admit();
    try {
      const result = await work();
      this.#note(false, probe);
      return result;
    } catch (thrown) {
      this.#note(thrown instanceof AppError && BLAMED.includes(thrown.code), probe);
      throw thrown;
    }
  }

  /** Lets a call through; the answer is whether it is a probe. */
  #admit(): boolean {
    if (this.#openedAt === undefined) return false;
    const now = performance.now();
    const { restMs, probeMs } = this.#options;
    const resting = now < this.#openedAt + restMs;
    const probing = this.#probeSince !== undefined && now < this.#probeSince + probeMs;
    if (resting || probing) {
      throw new AppError(this.#code, `most calls of ${this.#name} failed, and it is left alone for a while`, {
        hint: `It is tried again within ${Math.ceil(restMs / 1000)} s.`,
      });
    }
    this.#probeSince = now;
    return true;
  }

  #note(failed: boolean, probe: boolean): void {
    const now = performance.now();
    if (probe) {
      this.#probeSince = undefined;
      this.#openedAt = failed ? now : undefined;
      this.#parts = [];
      return;
    }
    // What began before it opened says nothing of the service as it is now.
    if (this.#openedAt !== undefined) return;
    const { failureRate, calls: least, windowMs } = this.#options;
    this.#parts = this.#parts.filter(({ since }) => now - since < windowMs);
    let part = this.#parts.at(-1);
    if (part === undefined || now - part.since >= windowMs / PARTS) {
      part = { since: now, calls: 0, failures: 0 };
      this.#parts.push(part);
    }
    part.calls++;
    if (failed) part.failures++;
    const calls = this.#parts.reduce((sum, one) => sum + one.calls, 0);
    const failures = this.#parts.reduce((sum, one) => sum + one.failures, 0);
    if (failed && calls >= least && failures > failureRate * calls) this.#openedAt = now;
  }
}
