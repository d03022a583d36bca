/** Runs the built edge worker in workerd on this machine, as `gsmn start` does. */
import { createServer, isIPv6 } from 'node:net';
import { stop as stopBundler } from 'esbuild';
import { toAppError } from '../shared/errors/index.ts';
import { cannotListen, resolveListenAddress } from '../shared/platform/listen/index.ts';
import type { ProbeTimes } from '../shared/platform/probe.ts';
import { buildEdge, type WorkerFiles } from './build-edge.ts';
import { deployedCompatibility, workerdConfiguration } from './workerd/configuration.ts';
import { type KeptWorkerd, keepWorkerdRunning } from './workerd/keep-running.ts';
import type { LogLine } from './workerd/log-line.ts';

const HEALTH_TIMEOUT_MS = 30_000;
/** Lines of the log in the error of a worker that does not start. */
const ERROR_LINES = 20;

export interface StartEdgeOptions {
  /** 0 (the default) chooses a free one. */
  readonly port?: number;
  /** An address in any spelling, or a name; 127.0.0.1 by default. */
  readonly host?: string;
  /** The worker's variables: RERANK_URL, QDRANT_URL and the optional ones of workers/edge/environment.ts. */
  readonly vars: Readonly<Record<string, string>>;
  /** Receives each line that the worker logs, and notes about restarts; nothing is printed without it. */
  readonly onLog?: (line: LogLine) => void;
  /** How it is found out that the worker hangs. */
  readonly probeTimes?: ProbeTimes | undefined;
}

export interface RunningEdge {
  /** Without a trailing slash. */
  readonly url: string;
  /**
   * Resolves when it has been closed. A worker that ends by itself or hangs is restarted on the same port.
   *
   * @throws AppError `internal` when that happened too often.
   */
  readonly ended: Promise<void>;
  /** Ends workerd. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Builds and starts the worker; resolves when it responds. Needs no network.
 *
 * @throws AppError `conflict` when the port is taken, `config_invalid` when the worker does not come up with these variables.
 */
export async function startEdge(options: StartEdgeOptions): Promise<RunningEdge> {
  await assertPortFree(options.port ?? 0, options.host ?? '127.0.0.1');
  const files = await buildEdge();
  // The bundler's process would stay with its 60 MB; the next build starts it again.
  await stopBundler();
  return startWorker(files, options);
}

/** `startEdge` for any worker that serves `GET /healthz` and is already built. */
export async function startWorker(files: WorkerFiles, options: StartEdgeOptions): Promise<RunningEdge> {
  const { port = 0, host = '127.0.0.1', vars, onLog, probeTimes } = options;
  const address = await resolveListenAddress(host);
  const lines: string[] = [];
  let workerd: KeptWorkerd | undefined;
  try {
    const kept = await keepWorkerdRunning(
      {
        configuration: workerdConfiguration(files, Object.keys(vars), await deployedCompatibility()),
        folder: files.folder,
        environment: vars,
        probeTimes,
        onLog: (line) => {
          if (lines.length < ERROR_LINES) lines.push(line.text);
          onLog?.(line);
        },
      },
      isIPv6(address.ip) ? `[${address.ip}]` : address.ip,
      port,
    );
    workerd = kept;
    const url = `http://${address.host}:${kept.port}`;
    const health = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    if (!health.ok) throw new Error(`/healthz answered ${health.status}`);
    return { url, ended: kept.ended, close: () => kept.close() };
  } catch (error) {
    await workerd?.close();
    const context = ['the edge worker did not start', ...lines].join('\n');
    throw toAppError(error, 'config_invalid', context);
  }
}

/**
 * Checked first, so that a port in use is reported before anything is built.
 *
 * @throws AppError `conflict` for a port in use, `config_invalid` for a host that is none.
 */
export async function assertPortFree(port: number, host: string): Promise<void> {
  const address = await resolveListenAddress(host);
  const cause = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen(port, address.ip, () => probe.close(() => resolve(undefined)));
  });
  if (cause !== undefined) throw await cannotListen(address, port, cause);
}
