import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLoadedReranker } from '../../batch/serve/reranker.ts';
import { startEdge } from '../../infra/start-edge.ts';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { keptLog } from '../support/rerank-service.ts';
import { activateTiny, pushTinyPoints, writeTinyGeneration } from '../support/tiny-generation.ts';

/** The gallery's sizes, with a shortlist as photographs have it. */
export const SIZES = { images: 2000, regions: 24, shortlist: 100 };
const CONFIG = { jointSize: 256, blocks: 16, kernels: 8, hiddenSize: 32 };

/** An edge worker in workerd. */
export interface StartedEdge {
  readonly url: string;
  /** The process that serves. */
  readonly pid: number;
  /** How many lines it has logged for the query log. */
  queryLines(): number;
}

/** Edge workers over the same reranker and database, on loopback, by name. */
export interface EdgeServices<Name extends string> {
  readonly edges: Readonly<Record<Name, StartedEdge>>;
  close(): Promise<void>;
}

/**
 * Starts services over an index of random numbers.
 *
 * @param vars of each edge worker besides the addresses of the services
 */
export async function startEdges<Name extends string>(
  vars: Readonly<Record<Name, Readonly<Record<string, string>>>>,
): Promise<EdgeServices<Name>> {
  const index = await mkdtemp(join(tmpdir(), 'gsmn-bench-edge-'));
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
    const edge = async (own: Readonly<Record<string, string>>): Promise<StartedEdge> => {
      let pid = Number.NaN;
      let lines = 0;
      const started = await startEdge({
        vars: {
          RERANK_URL: reranker.url,
          QDRANT_URL: database.url,
          // A busy machine is slow, and must not refuse.
          ENCODE_TIMEOUT_MS: '30000',
          RECALL_TIMEOUT_MS: '30000',
          RERANK_TIMEOUT_MS: '30000',
          SEARCH_WAIT_MS: '30000',
          ...own,
        },
        onLog: ({ text, fields }) => {
          if (text === 'workerd listens') pid = Number(fields?.pid);
          if (fields?.queryLog !== undefined) lines++;
        },
      });
      open.push(() => started.close());
      return { url: started.url, pid, queryLines: () => lines };
    };
    const edges: Partial<Record<Name, StartedEdge>> = {};
    for (const name of Object.keys(vars) as Name[]) edges[name] = await edge(vars[name]);
    return { edges: edges as Record<Name, StartedEdge>, close };
  } catch (error) {
    await close();
    throw error;
  }
}
