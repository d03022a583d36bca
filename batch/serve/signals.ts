import process from 'node:process';
import { AppError } from '../../shared/errors/index.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** One Ctrl-C reaches a process several times: from the terminal, and from npm, which passes it on. */
const ONE_WISH_MS = 1000;

/** A request to stop. */
export interface Stop {
  /** Aborted, with `cancelled`, by the first signal. */
  readonly signal: AbortSignal;
  /** Resolves when the first signal comes. */
  readonly asked: Promise<void>;
}

/**
 * The first SIGINT or SIGTERM requests an orderly end, a later one ends the process at once. It listens for the life of
 * the process, so that no signal can interrupt the end.
 */
export function listenForStop(): Stop {
  const controller = new AbortController();
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  let first: number | undefined;
  const hear = (): void => {
    first ??= performance.now();
    if (performance.now() - first >= ONE_WISH_MS) process.exit(130);
    controller.abort(new AppError('cancelled', 'stopped'));
    resolve();
  };
  for (const name of SIGNALS) process.on(name, hear);
  return { signal: controller.signal, asked };
}
