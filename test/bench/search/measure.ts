import { AppError } from '../../../shared/errors/index.ts';
import { quantile } from '../statistics.ts';
import { type Asked, drive, type Stage } from './drive.ts';
import type { SearchBenchOptions } from './options.ts';
import type { Query } from './queries.ts';

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface Measured {
  readonly concurrency: number;
  readonly searches: number;
  readonly perSecond: number;
  /** Searches whose answer was the coarse order, or without its evidence. */
  readonly degraded: number;
  /** Milliseconds. */
  readonly total: Percentiles;
  readonly stages: Readonly<Record<Stage, Percentiles>>;
}

/** Each concurrency has queries of its own, so that none is found in the encoder's cache. */
export async function measure(
  url: string,
  queries: readonly Query[],
  { concurrencies, queries: count, limit, seconds }: SearchBenchOptions,
): Promise<{ readonly measured: readonly Measured[]; readonly asked: readonly Asked[] }> {
  const measured: Measured[] = [];
  const all: Asked[] = [];
  for (const [round, concurrency] of concurrencies.entries()) {
    const own = queries.slice(round * count, (round + 1) * count).map(({ text }) => text);
    if (own.length === 0) {
      throw new AppError(
        'argument_invalid',
        `${queries.length} captions are too few for ${count} queries a round`,
        {
          hint: 'pass a smaller --queries',
        },
      );
    }
    const { asked, seconds: took } = await drive(url, own, { concurrency, limit, seconds });
    const times = (of: (one: Asked) => number): Percentiles => {
      const values = asked.map(of);
      return { p50: quantile(values, 0.5), p95: quantile(values, 0.95), p99: quantile(values, 0.99) };
    };
    measured.push({
      concurrency,
      searches: asked.length,
      perSecond: asked.length / took,
      degraded: asked.filter(({ answer }) => answer.degraded !== undefined).length,
      total: times(({ total }) => total),
      stages: {
        encode: times(({ stages }) => stages.encode),
        recall: times(({ stages }) => stages.recall),
        rerank: times(({ stages }) => stages.rerank),
        evidence: times(({ stages }) => stages.evidence),
      },
    });
    all.push(...asked);
  }
  return { measured, asked: all };
}
