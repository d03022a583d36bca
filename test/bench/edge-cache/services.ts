import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLoadedReranker } from '../../../batch/serve/reranker.ts';
import { startEdge } from '../../../infra/start-edge.ts';
import { createQdrantStore } from '../../../workers/clients/index.ts';
import { startQdrantLocal } from '../../../workers/qdrant-local/index.ts';
import { keptLog } from '../../support/rerank-service.ts';
import { activateTiny, pushTinyPoints, writeTinyGeneration } from '../../support/tiny-generation.ts';

/** The gallery's sizes, with a shortlist as photographs have it. */
export const SIZES = { images: 2000, regions: 24, shortlist: 100 };
const CONFIG = { jointSize: 256, blocks: 16, kernels: 8, hiddenSize: 32 };

/** Edge workers in workerd over the same reranker and database, on loopback. */
export interface Services {
  /** Addresses of the one that keeps answers, and of the one that does not. */
  readonly kept: string;
  readonly plain: string;
  close(): Promise<void>;
}

/** Starts the services over an index of random numbers. */
export async function startServices(): Promise<Services> {
  const index = await mkdtemp(join(tmpdir(), 'gsmn-bench-edge-cache-'));
  const open: (() => Promise<unknown>)[] = [() => rm(index, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const end of open.splice(0).reverse()) await end();
  };
  try {
    const tiny = await writeTinyGeneration(index, { ...SIZES, config: CONFIG });
    await activateTiny(index, tiny.id);
    const database = await startQdrantLocal({ path: ':memory:', port: 0 });
    open.push(() => database.close());
    await pushTinyPoints(createQdrantStore({ url: database.url }), tiny);
    const { log } = keptLog();
    const reranker = await startLoadedReranker({ indexFolder: index, backend: 'simd', port: 0, log });
    open.push(() => reranker.close());
    const edge = async (megabytes: number) => {
      const vars = {
        RERANK_URL: reranker.url,
        QDRANT_URL: database.url,
        CACHE_MEMORY_MB: String(megabytes),
        // A busy machine is slow, and must not refuse.
        ENCODE_TIMEOUT_MS: '30000',
        RECALL_TIMEOUT_MS: '30000',
        RERANK_TIMEOUT_MS: '30000',
        SEARCH_WAIT_MS: '30000',
      };
      const started = await startEdge({ vars });
      open.push(() => started.close());
      return started.url;
    };
    return { kept: await edge(16), plain: await edge(0), close };
  } catch (error) {
    await close();
    throw error;
  }
}
