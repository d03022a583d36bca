import process from 'node:process';
import { AppError } from '../../shared/errors/index.ts';
import type { MatchPrecision } from '../../shared/schema/index.ts';
import { Parts, type Service } from './closing.ts';
import { createLog } from './log.ts';
import { listenForStop } from './signals.ts';

export interface ServeRerankOptions {
  readonly index: string;
  readonly host: string;
  readonly port: number;
  readonly backend: string;
  readonly precision: MatchPrecision;
  readonly concurrency: number;
  readonly queue: number;
  readonly memoryMb: number;
  readonly exhaustiveImages: number;
  readonly logLevel: string;
}

/** Serves encode and rerank until a signal ends it. The token comes from RERANK_TOKEN, because every user could see an option. */
export function serveRerank(options: ServeRerankOptions): Promise<void> {
  const { index, host, port, backend, precision, concurrency, queue, memoryMb, exhaustiveImages } = options;
  return untilStopped('the reranker', async () => {
    const { startReranker } = await import('./reranker.ts');
    return startReranker({
      indexFolder: index,
      host,
      port,
      backend,
      precision,
      token: process.env.RERANK_TOKEN || undefined,
      settings: { concurrency, queue, memoryBytes: memoryMb * 2 ** 20, exhaustiveImages },
      log: createLog(options.logLevel),
    });
  });
}

export interface ServeQdrantOptions {
  readonly path: string;
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
}

/** Serves the embedded vector database until a signal ends it. The key comes from QDRANT_API_KEY. */
export function serveQdrant({ path, host, port, logLevel }: ServeQdrantOptions): Promise<void> {
  return untilStopped('qdrant-local', async () => {
    const { startDatabase } = await import('./database.ts');
    return startDatabase({
      path,
      host,
      port,
      apiKey: process.env.QDRANT_API_KEY || undefined,
      log: createLog(logLevel),
    });
  });
}

export interface ServeEdgeOptions {
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
}

/** Serves the edge worker in workerd until a signal ends it. Its variables come from the environment. */
export function serveEdge({ host, port, logLevel }: ServeEdgeOptions): Promise<void> {
  return untilStopped('the edge worker', async () => {
    const { startSearch, edgeVariables } = await import('./edge.ts').catch(explainMissing);
    return startSearch({ host, port, vars: edgeVariables(process.env), log: createLog(logLevel) });
  });
}

/** What builds and runs the edge worker is not installed where only the other services run. */
export function explainMissing(cause: unknown): never {
  if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
  throw new AppError(
    'backend_unavailable',
    'the packages that build and run the edge worker are not installed here',
    {
      hint: 'run `npm ci` with the development packages; `gsmn serve rerank` needs none of them',
      cause,
    },
  );
}

async function untilStopped(name: string, start: () => Promise<Service>): Promise<void> {
  const parts = new Parts();
  const stop = listenForStop();
  try {
    const { url, ended } = parts.add(name, await start());
    process.stdout.write(`${name}: ${url}\n`);
    await Promise.race([stop.asked, ...(ended === undefined ? [] : [ended])]);
  } finally {
    await parts.close();
  }
}
