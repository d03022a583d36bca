import { AppError, toAppError } from '../errors/index.ts';

/** Restarts allowed within `WINDOW_MS`; after one more it is given up. */
const RESTARTS = 5;
const WINDOW_MS = 60_000;
/** The first restart is immediate; each further one within the window waits twice as long as the previous one. */
const FIRST_DELAY_MS = 250;

/** A process or a thread that runs. */
export interface Running {
  /** Resolves when it has ended, for any reason, with the cause. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
}

export interface KeepRunningOptions<T extends Running> {
  /** What runs, in messages: `the edge worker`. */
  readonly name: string;
  readonly launch: () => Promise<T>;
  /** It runs, for the first time or again. */
  readonly onRunning?: ((running: T) => void) | undefined;
  /** It has ended by itself, and is launched again in `delay` milliseconds. */
  readonly onEnd: (end: string, delay: number) => void;
  /** How to find out more if it is given up. */
  readonly hint?: string | undefined;
}

export interface Kept {
  /**
   * Resolves when it has been closed.
   *
   * @throws AppError `internal` when it ended so often that it was given up.
   */
  readonly ended: Promise<void>;
  /** Safe to call twice. */
  close(): Promise<void>;
}

/** Launches something again whenever it ends by itself. */
export function keepRunning<T extends Running>(first: T, options: KeepRunningOptions<T>): Kept {
  const closing = new AbortController();
  const ended = watch(first, options, closing.signal);
  // The code that waits for it receives the error.
  ended.catch(() => {});
  return {
    ended,
    close: async () => {
      closing.abort();
      await ended.catch(() => {});
    },
  };
}

async function watch<T extends Running>(
  first: T,
  { name, launch, onRunning, onEnd, hint }: KeepRunningOptions<T>,
  closing: AbortSignal,
): Promise<void> {
  const closed = new Promise<void>((resolve) => closing.addEventListener('abort', () => resolve()));
  let current: T | undefined = first;
  let restarts: number[] = [];
  let end = '';
  for (;;) {
    if (current !== undefined) {
      onRunning?.(current);
      end = await Promise.race([current.ended, closed.then(() => '')]);
      if (closing.aborted) return current.close();
    }
    restarts = restarts.filter((at) => performance.now() - at < WINDOW_MS);
    if (restarts.length === RESTARTS) {
      throw new AppError(
        'internal',
        `${name} ended ${RESTARTS + 1} times within ${WINDOW_MS / 1000} s, the last time by: ${end}`,
        { hint },
      );
    }
    const delay = restarts.length === 0 ? 0 : FIRST_DELAY_MS * 2 ** (restarts.length - 1);
    onEnd(end, delay);
    await Promise.race([new Promise((resolve) => setTimeout(resolve, delay)), closed]);
    if (closing.aborted) return;
    restarts.push(performance.now());
    current = await launch().catch((error: unknown) => {
      end = toAppError(error).message;
      return undefined;
    });
  }
}
