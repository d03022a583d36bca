import { randomUUID } from 'node:crypto';
import { Admission } from '../../shared/async/admission.ts';
import { assertImageBody, assertJsonBody } from '../../shared/http/index.ts';
import type { Tracing } from '../../shared/observe/tracing.ts';
import type { Parser } from '../../shared/parse/parser.ts';
import { listen } from '../../shared/platform/listen/index.ts';
import type { EngineFactory, ParserFactory } from '../../shared/search/search-generation.ts';
import { createRerankApp, ENCODE_IMAGE, type RerankAdmission } from './app.ts';
import {
  GenerationHost,
  type GenerationHostOptions,
  type HostStatus,
  type Log,
} from './generations/generation-host.ts';
import { folderIndex } from './generations/index-source.ts';
import { problemResponse } from './http/problem.ts';
import { createMetrics } from './metrics.ts';
import { DEFAULT_SETTINGS, type RerankSettings } from './settings.ts';

/**
 * Image files that are held at once: one is encoded, one arrives. Those that wait are not read yet. Chosen: a file has megabytes, and takes
 * as long as several searches.
 */
const IMAGES_AT_ONCE = 2;
const IMAGES_WAITING = 16;

export interface RerankServerOptions {
  /** The index: `active.json` and `generations/`. */
  readonly indexFolder: string;
  readonly engines: EngineFactory;
  readonly parser: ParserFactory;
  /** Opens the text side of pretrained encoders. */
  readonly pretrained?: GenerationHostOptions['pretrained'];
  /** Opens what encodes image files; without it, none are encoded. */
  readonly images?: GenerationHostOptions['images'];
  /** Opens the built-in parser. */
  readonly shippedParser: () => Promise<Parser>;
  readonly log: Log;
  /** 0 chooses a free one. */
  readonly port: number;
  /** Address or name to listen on. Beyond this machine only with a token. */
  readonly host?: string | undefined;
  readonly token?: string | undefined;
  readonly settings?: Partial<RerankSettings> | undefined;
  /** Records what requests do; closing sends what is left. */
  readonly tracing?: Tracing | undefined;
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

/**
 * Loads the active generation and listens. If none can be loaded the service still listens: `/readyz` says why, and it
 * keeps checking.
 *
 * @throws AppError `config_invalid` for a host that is none, or one beyond this machine without a token; `conflict` for a
 *   port that is taken.
 */
export async function startRerank(options: RerankServerOptions): Promise<RerankServer> {
  const settings: RerankSettings = { ...DEFAULT_SETTINGS, ...options.settings };
  const lane = () => new Admission(settings.concurrency, settings.queue);
  const admission: RerankAdmission = {
    queries: lane(),
    shortlists: lane(),
    scans: lane(),
    images: new Admission(IMAGES_AT_ONCE, IMAGES_WAITING),
  };
  const metrics = createMetrics({
    held: () => admission,
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
    pretrained: options.pretrained,
    images: options.images,
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
    tracing: options.tracing,
  });
  const listening = await listen({
    name: 'the reranker',
    fetch: app.fetch,
    refuse: (error) => {
      const requestId = randomUUID();
      metrics.error(error.code);
      options.log.warn({ requestId, code: error.code }, error.message);
      return problemResponse(error, requestId);
    },
    assertBody: ({ url, headers }) =>
      new URL(url).pathname === ENCODE_IMAGE ? assertImageBody(headers) : assertJsonBody(headers),
    host: options.host,
    port: options.port,
    token: { value: options.token, variable: 'RERANK_TOKEN' },
    graceMs: settings.graceMs,
  });
  await host.start();
  const { url, port } = listening;
  options.log.info({ url, ...host.status() }, 'reranker listens');
  return {
    url,
    port,
    status: () => host.status(),
    refresh: () => host.refresh(),
    close: async () => {
      await listening.close();
      await host.close();
      await options.tracing?.flush();
    },
  };
}
