import { AppError, type ErrorCode } from '../../../shared/errors/index.ts';

export interface CircuitOptions {
  /** The circuit opens if more than this share of the calls of the last `windowMs` failed … */
  readonly failureRate: number;
  /** … and there were at least this many calls. */
  readonly calls: number;
  readonly windowMs: number;
  /** How long an open circuit refuses calls before it allows a probe, in milliseconds. */
  readonly restMs: number;
  /** A probe counts as lost after this time, in milliseconds. */
  readonly probeMs: number;
}

/**
 * Failures of the service; any other outcome shows that the service works. So does `overloaded`: such a refusal costs little time, and a
 * circuit that opens on it would prolong a queue of a second to a rest of many.
 */
const BLAMED: readonly ErrorCode[] = [
  'timeout',
  'encode_unavailable',
  'recall_unavailable',
  'rerank_unavailable',
];

/** Parts of the window; the oldest part is forgotten as a whole. */
const PARTS = 10;

interface Part {
  readonly since: number;
  calls: number;
  failures: number;
}

/**
 * A circuit breaker: when most of the calls fail, further ones fail at once for a while instead of each waiting for its timeout. It uses
 * a rate, so that a few callers with failing requests do not block the service for all others.
 *
 * Implemented here, because cockatiel's uses the system clock (it stays open if the clock is set back) and lets other calls wait for
 * the outcome of a probe: in Workers the request with the probe may have ended, and the outcome would never be known. Here other
 * calls are refused meanwhile, and a lost probe is replaced.
 */
export class Circuit {
  readonly #name: string;
  readonly #code: ErrorCode;
  readonly #options: CircuitOptions;
  #parts: Part[] = [];
  /** When it last opened; undefined while it is closed. Times are those of `performance.now()`. */
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

  /** @throws AppError with the circuit's code if it is open; what `work` throws. */
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

  /** Allows a call; returns whether it is a probe. */
  #admit(): boolean {
    if (this.#openedAt === undefined) return false;
    const now = performance.now();
    const { restMs, probeMs } = this.#options;
    const resting = now < this.#openedAt + restMs;
    const probing = this.#probeSince !== undefined && now < this.#probeSince + probeMs;
    if (resting || probing) {
      throw new AppError(
        this.#code,
        `most calls of ${this.#name} failed; further calls are refused for a while`,
        {
          hint: `It is tried again within ${Math.ceil(restMs / 1000)} s.`,
        },
      );
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
    // Calls that started before it opened do not count for the current state of the service.
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
