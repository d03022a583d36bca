import { type SearchResponse, searchResponseSchema } from '../../../shared/schema/index.ts';

export const STAGES = ['encode', 'recall', 'rerank', 'evidence'] as const;
export type Stage = (typeof STAGES)[number];

/** One search as its caller sees it. */
export interface Asked {
  readonly answer: SearchResponse;
  /** Milliseconds from the request to the whole answer. */
  readonly total: number;
  /** Milliseconds of each stage, as `Server-Timing` tells. */
  readonly stages: Readonly<Record<Stage, number>>;
}

/** Searches once; an answer that is no answer is an error. */
export async function ask(url: string, query: string, limit: number): Promise<Asked> {
  const began = performance.now();
  const response = await fetch(`${url}/v1/search?${new URLSearchParams({ q: query, limit: String(limit) })}`);
  const text = await response.text();
  const total = performance.now() - began;
  if (!response.ok) throw new Error(`"${query}" was answered ${response.status}: ${text}`);
  const timing = response.headers.get('server-timing') ?? '';
  const stages = Object.fromEntries(
    STAGES.map((stage) => [stage, Number(new RegExp(`\\b${stage};dur=([\\d.]+)`).exec(timing)?.[1])]),
  ) as Record<Stage, number>;
  return { answer: searchResponseSchema.parse(JSON.parse(text)), total, stages };
}

export interface Driven {
  readonly asked: readonly Asked[];
  readonly seconds: number;
}

/** Asks all queries, `concurrency` at a time, until they are through or the time is. */
export async function drive(
  url: string,
  queries: readonly string[],
  options: { readonly concurrency: number; readonly limit: number; readonly seconds: number },
): Promise<Driven> {
  const asked: Asked[] = [];
  const began = performance.now();
  let next = 0;
  async function caller(): Promise<void> {
    for (;;) {
      const query = queries[next++];
      if (query === undefined || performance.now() - began > 1000 * options.seconds) return;
      asked.push(await ask(url, query, options.limit));
    }
  }
  await Promise.all(Array.from({ length: options.concurrency }, caller));
  return { asked, seconds: (performance.now() - began) / 1000 };
}
