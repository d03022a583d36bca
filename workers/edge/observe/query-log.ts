import type { QueryLogLine } from '../../../shared/observe/query-log-line.ts';
import type { AnalyticsDataset } from './analytics.ts';
import type { EndedRequest } from './observation.ts';
import { personalData } from './personal-data.ts';

export interface QueryLogOptions {
  /** Share of the searches that is logged, 0 to 1. */
  readonly sample: number;
  /** Keeps a line. */
  readonly write: (line: QueryLogLine) => void;
  /** Numbers from 0 to 1; `Math.random` by default. */
  readonly random?: (() => number) | undefined;
}

/** What was searched for and how it went, for who improves the search; of who searched it has nothing (docs/decisions/0027-query-log.md). */
export class QueryLog {
  readonly #options: QueryLogOptions;

  constructor(options: QueryLogOptions) {
    this.#options = options;
  }

  /** The id by which clicks name a search, if it is to be logged. */
  sampled(): string | undefined {
    const { sample, random = Math.random } = this.#options;
    return random() < sample ? newId() : undefined;
  }

  /** Logs a search, if it was answered. */
  searched(id: string, { search, milliseconds }: EndedRequest): void {
    if (search === undefined) return;
    const { request, hits, match, degraded } = search;
    const { q } = request;
    const query = typeof q === 'string' ? q.trim() : q.map((one) => one.q.trim()).join(' + ');
    const withheld = personalData(query);
    this.#options.write({
      kind: 'search',
      at: now(),
      id,
      ...(withheld === undefined ? { query } : { withheld }),
      offset: request.offset,
      hits,
      ...(match === undefined ? {} : { match }),
      ...(degraded === undefined ? {} : { degraded: degraded.code }),
      filtered: request.filter !== undefined,
      milliseconds: Math.round(milliseconds),
    });
  }

  clicked(search: string, position: number): void {
    this.#options.write({ kind: 'click', at: now(), search, position });
  }
}

/** To the minute: enough for a report, too little to find somebody's request in another log. */
function now(): string {
  return `${new Date().toISOString().slice(0, 16)}:00Z`;
}

function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Lines as points of Workers Analytics Engine: indexed by their kind; docs/operation.md names the columns. */
export function writeToDataset(dataset: AnalyticsDataset): (line: QueryLogLine) => void {
  return (line) =>
    dataset.writeDataPoint(
      line.kind === 'search'
        ? {
            indexes: [line.kind],
            blobs: [
              line.kind,
              line.id,
              line.query ?? '',
              line.withheld ?? '',
              line.match ?? '',
              line.degraded ?? '',
              line.filtered ? 'filtered' : '',
            ],
            doubles: [line.milliseconds, line.hits, line.offset],
          }
        : { indexes: [line.kind], blobs: [line.kind, line.search], doubles: [line.position] },
    );
}
