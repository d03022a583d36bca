/** Runs the built edge worker in workerd on this machine, as `gsmn start` does. */
import { createServer } from 'node:net';
import process from 'node:process';
import { AppError, toAppError } from '../shared/errors/index.ts';
import { buildEdge, EDGE_WORKER } from './build-edge.ts';

/** The same as in infra/wrangler/wrangler.jsonc. */
const COMPATIBILITY_DATE = '2026-10-01';
const START_TIMEOUT_MS = 30_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface StartEdgeOptions {
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  readonly host?: string;
  /** The worker's variables: RERANK_URL, QDRANT_URL and the optional ones of workers/edge/environment.ts. */
  readonly vars: Readonly<Record<string, string>>;
  /** Hears each line that the worker logs; nothing is printed without it. */
  readonly onLog?: (line: string) => void;
}

export interface RunningEdge {
  /** Without a slash at the end. */
  readonly url: string;
  /** Ends workerd. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Builds and starts the worker; resolves when it answers. Needs no network.
 * Throws `conflict` when the port is taken, `config_invalid` when the worker does not come up with these variables.
 */
export function startEdge(options: StartEdgeOptions): Promise<RunningEdge> {
  return keepingSignals(() => startWorker(options));
}

async function startWorker(options: StartEdgeOptions): Promise<RunningEdge> {
  const { port = 0, host = '127.0.0.1', vars, onLog } = options;
  await assertPortFree(port, host);
  await buildEdge();
  // Read when wrangler is loaded: it must not call home, nor leave log files behind.
  process.env.WRANGLER_SEND_METRICS = 'false';
  process.env.WRANGLER_WRITE_LOGS = 'false';
  process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
  const { unstable_startWorker } = await import('wrangler');
  const lines: string[] = [];
  const worker = await unstable_startWorker({
    name: 'gsmn-search',
    entrypoint: EDGE_WORKER,
    compatibilityDate: COMPATIBILITY_DATE,
    build: { bundle: false },
    bindings: Object.fromEntries(
      Object.entries(vars).map(([name, value]) => [name, { type: 'plain_text' as const, value }]),
    ),
    dev: {
      server: { hostname: host, port },
      inspector: false,
      watch: false,
      liveReload: false,
      remote: false,
      persist: false,
      logLevel: 'error',
      structuredLogsHandler: ({ message }: { readonly message: string }) => {
        if (lines.length < 20) lines.push(message);
        onLog?.(message);
      },
    },
  });
  try {
    const origin = await within(
      START_TIMEOUT_MS,
      worker.ready.then(() => worker.url),
    ).then((url) => url.origin);
    const health = await fetch(`${origin}/healthz`, { signal: AbortSignal.timeout(START_TIMEOUT_MS) });
    if (!health.ok) throw new Error(lines.join('\n') || `/healthz answered ${health.status}`);
    return { url: origin, close: () => worker.dispose() };
  } catch (error) {
    await worker.dispose();
    throw toAppError(error, 'config_invalid', 'the edge worker did not start');
  }
}

/**
 * wrangler ends the process at a signal. Where the program listens for that signal itself, its own way of ending is the
 * one that counts; wrangler's hook on the process's exit stays, so that no workerd is left behind.
 */
async function keepingSignals<T>(work: () => Promise<T>): Promise<T> {
  const own = SIGNALS.map((name) => [name, new Set(process.listeners(name))] as const);
  try {
    return await work();
  } finally {
    for (const [name, before] of own) {
      if (before.size === 0) continue;
      for (const listener of process.listeners(name)) {
        if (!before.has(listener)) process.off(name, listener);
      }
    }
  }
}

/**
 * workerd waits for ever for a port that is taken, so it is tried first.
 *
 * @throws AppError `conflict`.
 */
export function assertPortFree(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (cause) =>
      reject(
        new AppError('conflict', `cannot listen on ${host}:${port}: ${cause.message}`, {
          hint: 'End what listens there, or choose another port (0 takes a free one).',
          cause,
        }),
      ),
    );
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it was not ready after ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
