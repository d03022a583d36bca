import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { withDeadline } from '../../../shared/async/deadline.ts';
import { AppError, type ErrorCode } from '../../../shared/errors/index.ts';
import { Circuit, type CircuitOptions } from './circuit.ts';
import { RetryBudget } from './retry-budget.ts';

export interface CallOptions {
  /** The caller's own signal; aborting it ends the call with `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /** Time for the whole call, retries included, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Passed on as `x-request-id`. */
  readonly requestId?: string | undefined;
  /** Passed on as `traceparent`. */
  readonly traceparent?: string | undefined;
}

/** The headers by which the logs and traces of a service name the call. */
export function callHeaders({ requestId, traceparent }: CallOptions = {}): Record<string, string> {
  return {
    ...(requestId ? { 'x-request-id': requestId } : {}),
    ...(traceparent ? { traceparent } : {}),
  };
}

/** The limits of one attempt. */
export interface Attempt {
  readonly signal: AbortSignal;
  /** When the whole call is given up, by `performance.now()`. */
  readonly deadline: number;
}

export interface CallPolicyOptions {
  /** Time for a whole call unless the call sets its own, in milliseconds. */
  readonly timeoutMs: number;
  /** Further attempts after a temporary failure. Every call through a policy can be repeated safely. */
  readonly retries: number;
  /** First pause before a further attempt, in milliseconds; it grows from there. */
  readonly backoffMs: number;
  readonly circuit: Omit<CircuitOptions, 'probeMs'>;
}

export const DEFAULT_CALL_POLICY: CallPolicyOptions = {
  timeoutMs: 10_000,
  retries: 1,
  backoffMs: 40,
  circuit: { failureRate: 0.5, calls: 5, windowMs: 10_000, restMs: 5_000 },
};

const PASSING: readonly ErrorCode[] = [
  'overloaded',
  'encode_unavailable',
  'recall_unavailable',
  'rerank_unavailable',
];

/** How one remote operation is called: a deadline for everything, retries within a budget, a circuit breaker inside. */
export class CallPolicy {
  readonly #name: string;
  readonly #options: CallPolicyOptions;
  readonly #circuit: Circuit;
  readonly #budget = new RetryBudget();

  /** `unavailable` is the code of a call that the open circuit refuses. */
  constructor(name: string, unavailable: ErrorCode, options: CallPolicyOptions) {
    this.#name = name;
    this.#options = options;
    this.#circuit = new Circuit(name, unavailable, { ...options.circuit, probeMs: 2 * options.timeoutMs });
  }

  run<T>(work: (attempt: Attempt) => Promise<T>, call: CallOptions = {}): Promise<T> {
    this.#budget.earn();
    const timeoutMs = call.timeoutMs ?? this.#options.timeoutMs;
    const until = performance.now() + timeoutMs;
    const deadline = {
      timeoutMs,
      caller: call.signal,
      timeout: () =>
        new AppError('timeout', `${this.#name} did not respond within ${timeoutMs} ms`, {
          hint: 'Check the load of that service, or allow it more time in the configuration.',
        }),
      cancelled: () => new AppError('cancelled', `${this.#name} was cancelled by its caller`),
    };
    // The deadline is inside the circuit, so that a service which never responds opens it.
    return this.#circuit.run(() =>
      withDeadline(deadline, (signal) => this.#attempts(work, { signal, deadline: until })),
    );
  }

  #attempts<T>(work: (attempt: Attempt) => Promise<T>, attempt: Attempt): Promise<T> {
    const { retries, backoffMs } = this.#options;
    if (retries === 0) return work(attempt);
    let left = retries;
    const policy = retry(
      handleWhen(
        (error) =>
          error instanceof AppError && PASSING.includes(error.code) && left-- > 0 && this.#budget.spend(),
      ),
      {
        maxAttempts: retries,
        backoff: new ExponentialBackoff({ initialDelay: backoffMs, maxDelay: 20 * backoffMs }),
      },
    );
    return policy.execute(() => work(attempt), attempt.signal);
  }
}
