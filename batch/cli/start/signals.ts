import process from 'node:process';
import { AppError } from '../../../shared/errors/index.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Listens for the wish to stop. */
export interface Stop {
  /** Aborted, with `cancelled`, by the first signal. */
  readonly signal: AbortSignal;
  /** Resolves when the first signal comes. */
  readonly asked: Promise<void>;
  /** Gives the signals back to the process. */
  release(): void;
}

/** The first SIGINT or SIGTERM asks for an orderly end, a second one ends the process at once. */
export function listenForStop(): Stop {
  const controller = new AbortController();
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const hear = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new AppError('cancelled', 'stopped'));
    resolve();
  };
  for (const name of SIGNALS) process.on(name, hear);
  return {
    signal: controller.signal,
    asked,
    release: () => {
      for (const name of SIGNALS) process.off(name, hear);
    },
  };
}
