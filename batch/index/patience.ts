import { setTimeout } from 'node:timers/promises';
import { AppError, type ErrorCode } from '../../shared/errors/index.ts';
import { type QdrantStore, storeThrough } from '../../workers/clients/index.ts';

export interface PatienceOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told before each pause. */
  readonly say: (line: string) => void;
  /** How long one call is tried again, in milliseconds; two minutes by default. */
  readonly limitMs?: number | undefined;
  /** The first pause; each is twice the one before, up to 16 of the first. A second by default. */
  readonly pauseMs?: number | undefined;
  /** Waits; replaced in tests. */
  readonly sleep?: ((milliseconds: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
}

/** Failures that may pass: the server restarts, is busy, or cannot be reached for a while. */
const PASSING: readonly ErrorCode[] = ['recall_unavailable', 'overloaded', 'timeout'];

/**
 * A store for long work that should not fail because the server is away for a minute: what fails in passing is tried again, with growing
 * pauses. Writes may be repeated, because they are the same each time.
 */
export function patientStore(store: QdrantStore, options: PatienceOptions): QdrantStore {
  return storeThrough((call) => withPatience(() => call(store), options));
}

/** @throws AppError what `work` throws at last, `cancelled`. */
async function withPatience<T>(work: () => Promise<T>, options: PatienceOptions): Promise<T> {
  const { signal, say, limitMs = 120_000, pauseMs = 1000, sleep = pauseFor } = options;
  const until = performance.now() + limitMs;
  for (let pause = pauseMs; ; pause = Math.min(2 * pause, 16 * pauseMs)) {
    try {
      return await work();
    } catch (thrown) {
      const passing = thrown instanceof AppError && PASSING.includes(thrown.code);
      const left = until - performance.now();
      if (!passing || signal?.aborted || left <= 0) throw thrown;
      const wait = Math.min(pause, left);
      say(
        `${thrown.message}; trying again in ${Math.ceil(wait / 1000)} s (for ${Math.ceil(left / 1000)} s more)`,
      );
      await sleep(wait, signal);
    }
  }
}

/** @throws AppError `cancelled`. */
async function pauseFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch((cause: unknown) => {
    throw new AppError('cancelled', 'waiting for Qdrant was cancelled', { cause });
  });
}
