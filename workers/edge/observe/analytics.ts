import type { Observer } from './observation.ts';

/** The part of the Workers Analytics Engine binding that is used. */
export interface AnalyticsDataset {
  writeDataPoint(point: {
    readonly indexes?: readonly string[];
    readonly blobs?: readonly string[];
    readonly doubles?: readonly number[];
  }): void;
}

/** The stages that have a number of their own, in this order. */
const STAGES = ['wait', 'encode', 'recall', 'rank', 'payloads'] as const;

/**
 * Writes a point for each request, in place of the counters of an isolate, which end with it on Cloudflare. Its index is the route; its blobs are route,
 * status, error code, stage, match and code of what it lacks; its doubles milliseconds, hits, and milliseconds of the stages.
 */
export function analyticsObserver(dataset: AnalyticsDataset): Observer {
  return ({ route, status, code = '', milliseconds, stages, search }) => {
    const { stage = '', match = '', degraded, hits = 0 } = search ?? {};
    dataset.writeDataPoint({
      indexes: [route],
      blobs: [route, String(status), code, stage, match, degraded?.code ?? ''],
      doubles: [milliseconds, hits, ...STAGES.map((name) => stages.get(name) ?? 0)],
    });
  };
}
