import { setTimeout as wait } from 'node:timers/promises';
import { type Answer, Client } from './client.ts';

/** How long a caller that was refused waits before it asks again: a program that retries, not a person. */
const PAUSE_MS = 250;

export interface Load {
  readonly clients: number;
  readonly sentences: () => string;
  /** The load ends when it is aborted; requests under way are still answered. */
  readonly until: AbortSignal;
  readonly onAnswer?: (answer: Answer) => void;
  /** Called with the error of a request without an answer. */
  readonly onLost?: (error: string) => void;
}

/** An answer 5xx. */
export interface Refusal {
  readonly status: number;
  readonly requestId: string;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

export interface LoadReport {
  readonly seconds: number;
  readonly full: number;
  /** In recall's order because ranking was late. */
  readonly late: number;
  /** Lacking something for another reason: `X-Search-Degraded` of each. */
  readonly degraded: readonly string[];
  readonly refused: readonly Refusal[];
  /** Requests without an answer: their errors. */
  readonly lost: readonly string[];
  /** Milliseconds of full answers, ascending. */
  readonly times: readonly number[];
}

/** Callers that ask one after another, each on its own connection. It is bounded: a refused caller waits a moment. */
export async function runLoad(
  url: string,
  { clients, sentences, until, onAnswer, onLost }: Load,
): Promise<LoadReport> {
  const [times, refused]: [number[], Refusal[]] = [[], []];
  const [degraded, lost]: [string[], string[]] = [[], []];
  let late = 0;
  const caller = async (): Promise<void> => {
    const client = new Client(url);
    while (!until.aborted) {
      try {
        const answer = await client.ask(sentences());
        onAnswer?.(answer);
        if (answer.full) times.push(answer.milliseconds);
        else if (answer.status !== 200) refused.push(refusalOf(answer));
        else if (answer.headers['x-search-degraded'] === 'timeout') late++;
        else degraded.push(String(answer.headers['x-search-degraded']));
        if (answer.status !== 200) await wait(PAUSE_MS);
      } catch (thrown) {
        lost.push(String(thrown));
        onLost?.(String(thrown));
        await wait(PAUSE_MS);
      }
    }
    client.close();
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: clients }, caller));
  times.sort((a, b) => a - b);
  return {
    seconds: (performance.now() - began) / 1000,
    full: times.length,
    late,
    degraded,
    refused,
    lost,
    times,
  };
}

function refusalOf({ status, headers, text }: Answer): Refusal {
  return {
    status,
    requestId: String(headers['x-request-id'] ?? ''),
    retryAfter: headers['retry-after'],
    text: text.slice(0, 200),
  };
}

/** The value that a share of ascending numbers does not exceed; NaN of none. */
export function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))] ?? Number.NaN;
}

/** A line of figures. */
export function describeLoad({ seconds, full, late, degraded, refused, lost, times }: LoadReport): string {
  return [
    `${seconds.toFixed(1)} s`,
    `${full} full (${(full / seconds).toFixed(1)} /s)`,
    `${late} late`,
    `degraded: ${counted(degraded)}`,
    `refused: ${counted(refused.map(({ status }) => String(status)))}`,
    `${lost.length} lost`,
    `p50 ${quantile(times, 0.5).toFixed(0)} ms`,
    `p99 ${quantile(times, 0.99).toFixed(0)} ms`,
  ].join(', ');
}

function counted(names: readonly string[]): string {
  const groups = [...Map.groupBy(names, (name) => name)];
  return groups.map(([name, all]) => `${all.length} x ${name}`).join(', ') || 'none';
}

/** Rankings that may be late where a case does not mean overload: a busy machine does that. */
const MOST_LATE = 0.05;

/** What is wrong with the answers to a load that the product must bear, in sentences. */
export function complaintsAbout({ full, late, degraded, refused, lost }: LoadReport): string[] {
  const total = full + late;
  return [
    ...(full === 0 ? ['no answer was full'] : []),
    ...(late > MOST_LATE * total ? [`${late} of ${total} rankings were late`] : []),
    ...degraded.map((code) => `an answer was degraded by ${code}`),
    ...refused.map(({ status, text, requestId }) => `${status} for ${requestId}: ${text}`),
    ...lost.map((error) => `no answer: ${error}`),
  ];
}
