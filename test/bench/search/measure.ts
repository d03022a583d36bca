import { AppError } from '../../../shared/errors/index.ts';
import { quantile } from '../statistics.ts';
import type { Asked, Driven, LoadClient } from './drive.ts';
import type { EventLoopDelay } from './event-loop-monitor.ts';
import type { SearchBenchOptions } from './options.ts';
import type { Query } from './queries.ts';
import { ownWork } from './server-timing.ts';
import type { System } from './system.ts';

/** Milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The figures of one system at one concurrency. */
export interface Figures {
  readonly searches: number;
  readonly perSecond: number;
  /** Searches with a degraded answer. */
  readonly degraded: number;
  readonly total: Percentiles;
  /** The product's own work, from `Server-Timing`. */
  readonly work: Percentiles;
  /** Each stage that its answers name. */
  readonly stages: Readonly<Record<string, Percentiles>>;
  /** Maximum and 99th percentile of the times that the event loop was blocked, in the worst round. */
  readonly eventLoop: EventLoopDelay;
  /** Milliseconds of processor time for a search, of all processes of the system; NaN if unknown. */
  readonly systemCpu: number;
  /** The same for the client that makes the load. */
  readonly clientCpu: number;
  readonly rounds: readonly { readonly p50: number; readonly perSecond: number }[];
}

export interface Measured {
  readonly concurrency: number;
  /** In the order of the systems. */
  readonly figures: readonly Figures[];
}

/** A system under load. */
export interface Loaded {
  readonly system: System;
  readonly client: LoadClient;
}

interface Round extends Driven {
  readonly eventLoop: EventLoopDelay;
  /** Milliseconds. */
  readonly systemCpu: number;
}

/**
 * Loads the systems in turn, round after round, with the same queries. Each round has its own queries, so that no
 * system has one in its caches.
 *
 * @returns the figures, and the number of queries of each system
 * @throws AppError `argument_invalid` when there are too few queries.
 */
export async function measure(
  loaded: readonly Loaded[],
  queries: readonly Query[],
  options: SearchBenchOptions,
): Promise<{ readonly measured: readonly Measured[]; readonly asked: readonly (readonly Asked[])[] }> {
  const { concurrencies, queries: count, rounds } = options;
  if (queries.length < count * concurrencies.length) {
    throw new AppError(
      'argument_invalid',
      `${queries.length} captions are too few for ${count} queries at each of ${concurrencies.length} concurrencies`,
      { hint: 'pass a smaller --queries' },
    );
  }
  const measured: Measured[] = [];
  const all: Asked[][] = loaded.map(() => []);
  for (const [at, concurrency] of concurrencies.entries()) {
    const own = queries.slice(at * count, (at + 1) * count).map(({ text }) => text);
    const size = Math.ceil(count / rounds);
    const done: Round[][] = loaded.map(() => []);
    for (let first = 0; first < count; first += size) {
      for (const [which, one] of loaded.entries()) {
        const round = await loadOnce(one, own.slice(first, first + size), concurrency, options);
        done[which]?.push(round);
        all[which]?.push(...round.asked);
      }
    }
    measured.push({ concurrency, figures: done.map(figuresOf) });
  }
  return { measured, asked: all };
}

async function loadOnce(
  { system, client }: Loaded,
  queries: readonly string[],
  concurrency: number,
  { limit, seconds, rounds }: SearchBenchOptions,
): Promise<Round> {
  await system.eventLoopDelay();
  const before = system.cpu();
  const driven = await client.drive(queries, { concurrency, limit, seconds: seconds / rounds });
  const systemCpu = system.cpu() - before;
  return { ...driven, systemCpu, eventLoop: await system.eventLoopDelay() };
}

function figuresOf(rounds: readonly Round[]): Figures {
  const asked = rounds.flatMap((round) => round.asked);
  const names = new Set(asked.flatMap(({ stages }) => [...stages.keys()]));
  const sum = (of: (round: Round) => number) => rounds.reduce((total, round) => total + of(round), 0);
  return {
    searches: asked.length,
    perSecond: asked.length / sum(({ seconds }) => seconds),
    degraded: asked.filter(({ degraded }) => degraded).length,
    total: percentiles(asked.map(({ total }) => total)),
    work: percentiles(asked.map(({ stages }) => ownWork(stages))),
    stages: Object.fromEntries(
      [...names].map((name) => [name, percentiles(asked.flatMap(({ stages }) => stages.get(name) ?? []))]),
    ),
    eventLoop: {
      max: Math.max(...rounds.map(({ eventLoop }) => eventLoop.max)),
      p99: Math.max(...rounds.map(({ eventLoop }) => eventLoop.p99)),
    },
    systemCpu: sum(({ systemCpu }) => systemCpu) / asked.length,
    clientCpu: sum(({ cpu }) => cpu) / asked.length,
    rounds: rounds.map((round) => ({
      p50: quantile(
        round.asked.map(({ total }) => total),
        0.5,
      ),
      perSecond: round.asked.length / round.seconds,
    })),
  };
}

function percentiles(values: readonly number[]): Percentiles {
  return { p50: quantile(values, 0.5), p95: quantile(values, 0.95), p99: quantile(values, 0.99) };
}
