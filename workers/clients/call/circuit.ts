import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import { AppError, type ErrorCode } from '../../../shared/errors/index.ts';

export interface CircuitOptions {
  /** Failures in a row that open the circuit. */
  readonly failures: number;
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

/**
 * A circuit breaker: after some failures in a row, calls fail at once for a while instead of each waiting for its
 * timeout.
 *
 * While a probe is under way cockatiel lets other calls wait for its outcome. In Workers the request that carries
 * the probe may be gone (its client went away), and with it its timers: nobody would ever decide. So other calls
 * are refused meanwhile, and a probe that stays away starts the circuit anew.
 */
export class Circuit {
  readonly #name: string;
  readonly #code: ErrorCode;
  readonly #options: CircuitOptions;
  #breaker: CircuitBreakerPolicy;
  #probeSince = 0;

  constructor(name: string, code: ErrorCode, options: CircuitOptions) {
    this.#name = name;
    this.#code = code;
    this.#options = options;
    this.#breaker = this.#create();
  }

  #create(): CircuitBreakerPolicy {
    const policy = circuitBreaker(
      handleWhen((error) => error instanceof AppError && BLAMED.includes(error.code)),
      { halfOpenAfter: this.#options.restMs, breaker: new ConsecutiveBreaker(this.#options.failures) },
    );
    policy.onHalfOpen(() => {
      this.#probeSince = Date.now();
    });
    return policy;
  }

  get open(): boolean {
    return this.#breaker.state !== CircuitState.Closed;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#breaker.state === CircuitState.HalfOpen) {
      if (Date.now() - this.#probeSince < this.#options.probeMs) throw this.#refusal();
      this.#breaker = this.#create();
    }
    try {
      return await this.#breaker.execute(work);
    } catch (error) {
      throw error instanceof BrokenCircuitError ? this.#refusal(error) : error;
    }
  }

  #refusal(cause?: unknown): AppError {
    return new AppError(
      this.#code,
      `${this.#name} failed ${this.#options.failures} times in a row and is left alone`,
      {
        hint: `It is tried again within ${Math.ceil(this.#options.restMs / 1000)} s.`,
        cause,
      },
    );
  }
}
