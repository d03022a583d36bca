import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Admission } from '../../shared/async/admission.ts';
import { AppError } from '../../shared/errors/index.ts';
import type { Parser } from '../../shared/parse/parser.ts';
import type { EngineFactory, ParserFactory } from '../../shared/search/search-generation.ts';
import { createRerankApp, type RerankAdmission } from './app.ts';
import { GenerationHost, type HostStatus, type Log } from './generations/generation-host.ts';
import { folderIndex } from './generations/index-source.ts';
import { createMetrics } from './metrics.ts';
import { DEFAULT_SETTINGS, type RerankSettings } from './settings.ts';

export interface RerankServerOptions {
  /** The index: `active.json` and `generations/`. */
  readonly indexFolder: string;
  readonly engines: EngineFactory;
  readonly parser: ParserFactory;
  /** Opens the built-in parser. */
  readonly shippedParser: () => Promise<Parser>;
  readonly log: Log;
  /** 0 chooses a free one. */
  readonly port: number;
  /** Address to listen on. Beyond this machine only with a token. */
  readonly host?: string | undefined;
  readonly token?: string | undefined;
  readonly settings?: Partial<RerankSettings> | undefined;
}

export interface RerankServer {
  readonly url: string;
  readonly port: number;
  status(): HostStatus;
  /** Checks at once whether another generation was activated, and loads it. */
  refresh(): Promise<void>;
  /** Stops listening, lets running requests finish, and frees all memory. */
  close(): Promise<void>;
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;
/**
 * Loads the active generation and listens. If none can be loaded the service still listens: `/readyz` says why, and it
 * keeps checking.
 *
 * @throws AppError `config_invalid` for a public address without a token, `conflict` for a port that is taken.
 */
export async function startRerank(options: RerankServerOptions): Promise<RerankServer> {
  const hostname = options.host ?? '127.0.0.1';
  if (!LOOPBACK.test(hostname) && !options.token) {
    throw new AppError(
      'config_invalid',
      `the reranker must not listen on ${hostname} without a service token`,
      {
        hint: 'set RERANK_TOKEN to a long random text, or listen on 127.0.0.1',
      },
    );
  }
  const settings: RerankSettings = { ...DEFAULT_SETTINGS, ...options.settings };
  const lane = () => new Admission(settings.concurrency, settings.queue);
  const admission: RerankAdmission = { queries: lane(), shortlists: lane(), scans: lane() };
  const lanes = Object.values(admission);
  const metrics = createMetrics({
    running: () => lanes.reduce((sum, { running }) => sum + running, 0),
    waiting: () => lanes.reduce((sum, { waiting }) => sum + waiting, 0),
    generations: () =>
      host.loaded().map(({ generation, active }) => ({
        id: generation.id,
        active,
        images: generation.search.images.count,
        bytes: generation.bytes,
        cache: generation.search.images.status,
      })),
  });
  const host = new GenerationHost({
    index: folderIndex(options.indexFolder),
    engines: options.engines,
    parser: options.parser,
    hooks: {
      onStage: (stage, seconds) => metrics.stage(stage, seconds),
      onPairs: (count) => metrics.pairs(count),
      onQuery: (cached) => metrics.query(cached),
      onEvidence: (seconds) => metrics.stage('evidence', seconds),
      onEvidenceFault: (err) => options.log.error({ err }, 'evidence could not be made'),
    },
    settings,
    log: options.log,
    onLoad: (outcome) => metrics.generationLoad(outcome),
  });
  const { shippedParser } = options;
  const app = createRerankApp({
    host,
    shippedParser,
    settings,
    admission,
    metrics,
    log: options.log,
    token: options.token,
  });
  const server = createAdaptorServer({ fetch: app.fetch, hostname }) as Server;
  // Slow or idle callers cannot hold a connection forever.
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 15_000;
  // A connection whose last response was sent while the service closes would otherwise be kept for its next request.
  server.on('request', (_request, response: ServerResponse) => {
    response.once('close', () => setImmediate(() => server.listening || server.closeIdleConnections()));
  });
  const { port } = await listen(server, options.port, hostname);
  await host.start();
  const url = `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
  options.log.info({ url, ...host.status() }, 'reranker listens');
  return {
    url,
    port,
    status: () => host.status(),
    refresh: () => host.refresh(),
    close: async () => {
      await closeServer(server, settings.graceMs);
      await host.close();
    },
  };
}

function listen(server: Server, port: number, hostname: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const fail = (thrown: NodeJS.ErrnoException): void => {
      const taken = thrown.code === 'EADDRINUSE';
      reject(
        new AppError(
          taken ? 'conflict' : 'config_invalid',
          `cannot listen on ${hostname}:${port} (${thrown.code})`,
          {
            hint: taken
              ? 'another program uses that port; choose another one'
              : 'choose another address or port',
            cause: thrown,
          },
        ),
      );
    };
    server.once('error', fail);
    server.listen(port, hostname, () => {
      server.off('error', fail);
      resolve(server.address() as AddressInfo);
    });
  });
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
