import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { SECONDS } from '../../shared/observe/seconds.ts';
import type { NodeCacheStatus } from '../../shared/search/images/node-cache.ts';
import { registerCacheMetrics } from './cache-metrics.ts';

/** Parts of a request that are timed. */
export type Stage = 'images' | 'match' | 'evidence';

/** The counters of the service, for Prometheus. */
export interface RerankMetrics {
  readonly registry: Registry;
  request(route: string, status: number, seconds: number): void;
  error(code: string): void;
  stage(stage: Stage, seconds: number): void;
  query(cached: boolean): void;
  pairs(count: number): void;
  generationLoad(outcome: 'loaded' | 'failed'): void;
}

/** Values that are looked up when the metrics are read. */
export interface RerankGauges {
  /** Requests of each kind. */
  held(): Readonly<Record<string, { readonly running: number; readonly waiting: number }>>;
  generations(): readonly {
    readonly id: string;
    readonly active: boolean;
    readonly images: number;
    readonly bytes: number;
    readonly cache: NodeCacheStatus;
  }[];
}

export function createMetrics(gauges: RerankGauges): RerankMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'gsmn_rerank_requests_total',
    help: 'Requests, by route and status',
    labelNames: ['route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'gsmn_rerank_request_seconds',
    help: 'Time from a request to its response',
    labelNames: ['route'],
    buckets: [...SECONDS],
    registers,
  });
  const errors = new Counter({
    name: 'gsmn_rerank_errors_total',
    help: 'Errors, by code',
    labelNames: ['code'],
    registers,
  });
  const stages = new Histogram({
    name: 'gsmn_rerank_stage_seconds',
    help: 'Time of each part of a request',
    labelNames: ['stage'],
    buckets: [...SECONDS],
    registers,
  });
  const queries = new Counter({
    name: 'gsmn_rerank_queries_total',
    help: 'Queries encoded, and found in the cache',
    labelNames: ['cache'],
    registers,
  });
  const pairs = new Counter({
    name: 'gsmn_rerank_pairs_total',
    help: 'Pairs of image and query scored',
    registers,
  });
  const loads = new Counter({
    name: 'gsmn_rerank_generation_loads_total',
    help: 'Generations loaded, and those that failed to load',
    labelNames: ['outcome'],
    registers,
  });
  const busy = new Gauge({
    name: 'gsmn_rerank_requests_held',
    help: 'Requests running, and waiting, of each kind of work',
    labelNames: ['kind', 'state'],
    registers,
    collect() {
      for (const [kind, { running, waiting }] of Object.entries(gauges.held())) {
        this.set({ kind, state: 'running' }, running);
        this.set({ kind, state: 'waiting' }, waiting);
      }
    },
  });
  const images = new Gauge({
    name: 'gsmn_rerank_generation_images',
    help: 'Images of each loaded generation',
    labelNames: ['generation', 'active'],
    registers,
    collect() {
      this.reset();
      for (const one of gauges.generations()) {
        this.set({ generation: one.id, active: String(one.active) }, one.images);
      }
    },
  });
  const bytes = new Gauge({
    name: 'gsmn_rerank_generation_bytes',
    help: 'Memory that each loaded generation holds for images and queries',
    labelNames: ['generation'],
    registers,
    collect() {
      this.reset();
      for (const one of gauges.generations()) this.set({ generation: one.id }, one.bytes);
    },
  });
  registerCacheMetrics(registry, () => gauges.generations());
  // Only the registry reads the gauges.
  void [busy, images, bytes];
  return {
    registry,
    request: (route, status, seconds) => {
      requests.inc({ route, status: String(status) });
      durations.observe({ route }, seconds);
    },
    error: (code) => errors.inc({ code }),
    stage: (stage, seconds) => stages.observe({ stage }, seconds),
    query: (cached) => queries.inc({ cache: cached ? 'hit' : 'miss' }),
    pairs: (count) => pairs.inc(count),
    generationLoad: (outcome) => loads.inc({ outcome }),
  };
}
