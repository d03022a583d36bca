import { Counter, Gauge, type Registry } from 'prom-client';
import type { NodeCacheStatus } from '../../shared/search/images/node-cache.ts';

/** The contents and counters of the cache of each loaded generation. The numbers are read when the metrics are read. */
export function registerCacheMetrics(
  registry: Registry,
  generations: () => readonly { readonly id: string; readonly cache: NodeCacheStatus }[],
): void {
  const registers = [registry];
  const gauge = (name: string, help: string, of: (cache: NodeCacheStatus) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['generation'],
      registers,
      collect() {
        this.reset();
        for (const { id, cache } of generations()) this.set({ generation: id }, of(cache));
      },
    });
  // Counted by the caches themselves; a series ends with its generation.
  const counter = (name: string, help: string, of: (cache: NodeCacheStatus) => number) =>
    new Counter({
      name,
      help,
      labelNames: ['generation'],
      registers,
      collect() {
        this.reset();
        for (const { id, cache } of generations()) this.inc({ generation: id }, of(cache));
      },
    });
  gauge('gsmn_rerank_cache_images', 'Images that are prepared', ({ images }) => images);
  gauge('gsmn_rerank_cache_bytes', 'Memory of the prepared images', ({ bytes }) => bytes);
  gauge('gsmn_rerank_cache_budget_bytes', 'Maximum memory for prepared images', ({ budget }) => budget);
  counter('gsmn_rerank_cache_hits_total', 'Images that requests found prepared', ({ hits }) => hits);
  counter('gsmn_rerank_cache_misses_total', 'Images that requests had to wait for', ({ misses }) => misses);
  counter('gsmn_rerank_cache_evictions_total', 'Images that were evicted', ({ evictions }) => evictions);
  counter(
    'gsmn_rerank_cache_read_bytes_total',
    "Bytes read from the generation's files",
    (cache) => cache.bytesRead,
  );
}
