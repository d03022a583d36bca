import { SECONDS } from '../../../shared/observe/seconds.ts';
import type { SpanCounts } from '../../../shared/observe/span-queue.ts';
import { Counter, Histogram, metricsText } from './metric-registry.ts';
import type { EndedRequest } from './observation.ts';

/** The counters of an isolate, for Prometheus. Where several isolates serve, each counts its own requests. */
export class EdgeMetrics {
  readonly #requests = new Counter('gsmn_edge_requests_total', 'Requests of the API, by route and status');
  readonly #durations = new Histogram(
    'gsmn_edge_request_seconds',
    'Time from a request to its response',
    SECONDS,
  );
  readonly #stages = new Histogram('gsmn_edge_stage_seconds', 'Time of each stage of a search', SECONDS);
  readonly #searches = new Counter(
    'gsmn_edge_searches_total',
    'Searches that were answered, by the stage that ordered the hits and by whether anything fits',
  );
  readonly #degraded = new Counter('gsmn_edge_degraded_total', 'Answers that lack something, by the reason');
  readonly #errors = new Counter('gsmn_edge_errors_total', 'Errors, by code');
  readonly #spans = new Counter('gsmn_edge_spans_total', 'Spans of traces, by what became of them');

  /** Counts a request that has ended. */
  readonly observe = ({ route, status, milliseconds, stages, search, code }: EndedRequest): void => {
    this.#requests.add({ route, status: String(status) });
    this.#durations.observe({ route }, milliseconds / 1000);
    for (const [stage, took] of stages) this.#stages.observe({ stage }, took / 1000);
    if (code !== undefined) this.#errors.add({ code });
    if (search === undefined) return;
    const { stage, match, degraded } = search;
    this.#searches.add({ stage, match: match ?? 'unknown' });
    if (degraded !== undefined) this.#degraded.add({ code: degraded.code });
  };

  /** @param spans undefined if nothing is traced */
  text(spans: SpanCounts | undefined): string {
    for (const [outcome, count] of Object.entries(spans ?? {})) this.#spans.set({ outcome }, count);
    return metricsText([
      this.#requests,
      this.#durations,
      this.#stages,
      this.#searches,
      this.#degraded,
      this.#errors,
      this.#spans,
    ]);
  }
}
