import type { RerankMetrics, Stage } from '../metrics.ts';

/** Runs a part of a request and adds its time to the metrics. */
export async function timed<T>(metrics: RerankMetrics, stage: Stage, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  try {
    return await work();
  } finally {
    metrics.stage(stage, (performance.now() - start) / 1000);
  }
}
