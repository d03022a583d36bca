import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { SECONDS } from '../../../shared/observe/seconds.ts';

/** Measurements for Prometheus, by Qdrant's names where Qdrant has them. */
export interface LocalMetrics {
  readonly registry: Registry;
  response(method: string, endpoint: string, status: number, seconds: number): void;
}

/** Values that are looked up when the metrics are read. */
export interface LocalGauges {
  collections(): number;
  /** Points of the collections in memory, by the names of the collections. */
  points(): Iterable<readonly [collection: string, points: number]>;
  /** Requests that read or write, and those that wait for their turn. */
  requests(): { readonly running: number; readonly waiting: number };
}

export function createMetrics(gauges: LocalGauges): LocalMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const labelNames = ['method', 'endpoint', 'status'] as const;
  const responses = new Counter({
    name: 'rest_responses_total',
    help: 'Responses, by method, route and status',
    labelNames,
    registers,
  });
  const durations = new Histogram({
    name: 'rest_responses_duration_seconds',
    help: 'Time from a request to its response',
    labelNames,
    buckets: [...SECONDS],
    registers,
  });
  const collections = new Gauge({
    name: 'collections_total',
    help: 'Collections in the store',
    registers,
    collect() {
      this.set(gauges.collections());
    },
  });
  const points = new Gauge({
    name: 'collection_points',
    help: 'Points of each collection in memory',
    labelNames: ['id'],
    registers,
    collect() {
      this.reset();
      for (const [id, count] of gauges.points()) this.set({ id }, count);
    },
  });
  const held = new Gauge({
    name: 'qdrant_local_requests_held',
    help: 'Requests that read or write, and those that wait for their turn',
    labelNames: ['state'],
    registers,
    collect() {
      const { running, waiting } = gauges.requests();
      this.set({ state: 'running' }, running);
      this.set({ state: 'waiting' }, waiting);
    },
  });
  // Only the registry reads the gauges.
  void [collections, points, held];
  return {
    registry,
    response: (method, endpoint, status, seconds) => {
      const labels = { method, endpoint, status: String(status) };
      responses.inc(labels);
      durations.observe(labels, seconds);
    },
  };
}
