/** Restarts workerd when it ends by itself. */
import { AppError, toAppError } from '../../shared/errors/index.ts';
import type { LogLine } from './log-line.ts';
import { launchWorkerd, type Workerd, type WorkerdOptions } from './workerd-process.ts';

/** Restarts allowed within `WINDOW_MS`; after one more it gives up. */
const RESTARTS = 5;
const WINDOW_MS = 60_000;
/** The first restart is immediate; each further one within the window waits twice as long as the previous one. */
const FIRST_DELAY_MS = 250;

/** workerd, in whichever process it currently runs. */
export interface KeptWorkerd {
  /** The same for every process. */
  readonly port: number;
  /**
   * Resolves when it has been closed.
   *
   * @throws AppError `internal` when it ended so often that it was given up.
   */
  readonly ended: Promise<void>;
  /** Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Starts workerd, and again on the same port whenever it ends; each restart is a warning in the log.
 *
 * @param host address without the port, in brackets where it is of IPv6
 * @throws if it does not start the first time.
 */
export async function keepWorkerdRunning(
  options: Omit<WorkerdOptions, 'address'>,
  host: string,
  port: number,
): Promise<KeptWorkerd> {
  const launch = (at: number) => launchWorkerd({ ...options, address: `${host}:${at}` });
  const first = await launch(port);
  const closing = new AbortController();
  const ended = keepRunning(first, () => launch(first.port), closing.signal, options.onLog);
  // The code that waits for it receives the error.
  ended.catch(() => {});
  return {
    port: first.port,
    ended,
    close: async () => {
      closing.abort();
      await ended.catch(() => {});
    },
  };
}

async function keepRunning(
  first: Workerd,
  launch: () => Promise<Workerd>,
  closing: AbortSignal,
  onLog: (line: LogLine) => void,
): Promise<void> {
  const closed = new Promise<void>((resolve) => closing.addEventListener('abort', () => resolve()));
  let current: Workerd | undefined = first;
  let restarts: number[] = [];
  let end = '';
  for (;;) {
    if (current !== undefined) {
      const { pid, port, ended } = current;
      onLog({ level: 'info', text: 'workerd listens', fields: { pid, port } });
      end = await Promise.race([ended, closed.then(() => '')]);
      if (closing.aborted) return current.close();
    }
    restarts = restarts.filter((at) => performance.now() - at < WINDOW_MS);
    if (restarts.length === RESTARTS) throw givenUp(end);
    const delay = restarts.length === 0 ? 0 : FIRST_DELAY_MS * 2 ** (restarts.length - 1);
    onLog({ level: 'warn', text: `workerd ended (${end}) and is restarted`, fields: { end, delay } });
    await Promise.race([new Promise((resolve) => setTimeout(resolve, delay)), closed]);
    if (closing.aborted) return;
    restarts.push(performance.now());
    current = await launch().catch((error: unknown) => {
      end = toAppError(error).message;
      return undefined;
    });
  }
}

function givenUp(end: string): AppError {
  return new AppError(
    'internal',
    `the edge worker ended ${RESTARTS + 1} times within ${WINDOW_MS / 1000} s, the last time by: ${end}`,
    { hint: 'Its log says more: `--log-level info`.' },
  );
}
