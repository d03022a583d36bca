import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tracing } from '../../shared/observe/tracing.ts';
import type { Parser } from '../../shared/parse/index.ts';
import { createEngines } from '../../shared/platform/engines/index.ts';
import { loadParser, parserOf } from '../../shared/platform/parse/index.ts';
import type { OpenImageFileEncoder } from '../../shared/search/image-file-encoder.ts';
import type { EngineFactory } from '../../shared/search/search-generation.ts';
import { type Log, type RerankServer, type RerankSettings, startRerank } from '../../workers/rerank/index.ts';
import {
  activateTiny,
  type TinyGeneration,
  type TinyOptions,
  writeTinyGeneration,
} from './tiny-generation.ts';

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that records its lines. */
export function keptLog(): { readonly log: Log; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: LogLine['level']) => (fields: object, message: string) =>
    void lines.push({ level, message, fields: { ...fields } });
  return { log: { info: at('info'), warn: at('warn'), error: at('error') }, lines };
}

/** A request with plain headers. */
type TestRequest = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

export interface TestService {
  readonly index: string;
  readonly tiny: TinyGeneration;
  readonly server: RerankServer;
  readonly lines: readonly LogLine[];
  post(path: string, body: unknown, init?: TestRequest): Promise<Response>;
  get(path: string, init?: TestRequest): Promise<Response>;
  /** The value of a metric of `/metrics`, by its name and labels as written there. */
  metric(name: string): Promise<number>;
  close(): Promise<void>;
}

export interface TestServiceOptions {
  readonly tiny?: TinyOptions;
  readonly settings?: Partial<RerankSettings>;
  readonly engines?: EngineFactory;
  readonly images?: OpenImageFileEncoder;
  readonly shippedParser?: () => Promise<Parser>;
  readonly token?: string;
  readonly tracing?: Tracing;
  /** False leaves the index without an active generation. */
  readonly active?: boolean;
}

/** Engines of TF.js, which run everywhere. */
export const testEngines: EngineFactory = ({ config, parameters }) =>
  createEngines(config, parameters, 'wasm');

/** A rerank service on a free port with a tiny generation in a separate folder. */
export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const index = await mkdtemp(join(tmpdir(), 'rerank-'));
  const tiny = await writeTinyGeneration(index, options.tiny);
  if (options.active !== false) await activateTiny(index, tiny.id);
  const { log, lines } = keptLog();
  const server = await startRerank({
    indexFolder: index,
    engines: options.engines ?? testEngines,
    parser: parserOf,
    images: options.images,
    shippedParser: options.shippedParser ?? loadParser,
    log,
    port: 0,
    token: options.token,
    tracing: options.tracing,
    // Tests decide themselves when the index is read.
    settings: { pollMs: 3_600_000, ...options.settings },
  });
  const authorization: Record<string, string> = options.token
    ? { authorization: `Bearer ${options.token}` }
    : {};
  const get = (path: string, init: TestRequest = {}) =>
    fetch(`${server.url}${path}`, { ...init, headers: { ...authorization, ...init.headers } });
  return {
    index,
    tiny,
    server,
    lines,
    get,
    post: (path, body, init = {}) =>
      get(path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        ...init,
        headers: { 'content-type': 'application/json', ...init.headers },
      }),
    metric: async (name) => {
      const text = await (await get('/metrics')).text();
      const line = text.split('\n').find((one) => one.startsWith(`${name} `));
      return line === undefined ? 0 : Number(line.slice(name.length + 1));
    },
    close: async () => {
      await server.close();
      await rm(index, { recursive: true, force: true });
    },
  };
}

/** Engines whose scoring waits while it is held, so that a test can observe running requests. */
export function heldEngines() {
  let gate = Promise.withResolvers<void>();
  let waiting = 0;
  const signals: (AbortSignal | undefined)[] = [];
  gate.resolve();
  async function held<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    signals.push(signal);
    waiting++;
    await gate.promise;
    waiting--;
    return work();
  }
  const engines: EngineFactory = async (model) => {
    const { encoder, matcher } = await testEngines(model);
    return {
      encoder,
      matcher: {
        ...matcher,
        score: (...call) => held(call[3]?.signal, () => matcher.score(...call)),
        scoreLists: (...call) => held(call[2]?.signal, () => matcher.scoreLists(...call)),
      },
    };
  };
  return {
    engines,
    hold: () => {
      gate = Promise.withResolvers<void>();
    },
    release: () => gate.resolve(),
    /** Calls that are waiting. */
    waiting: () => waiting,
    /** The abort signal of each call. */
    signals,
  };
}
