import { Agent, get } from 'node:http';
import process from 'node:process';
import { parseServerTiming, type Stages } from './server-timing.ts';

/** The fields of an answer that the client reads; `check.ts` reads all of them. */
interface AnswerOutline {
  readonly hits: readonly { readonly id: number }[];
  readonly degraded?: object;
}

/** A search as seen by its caller. */
export interface Asked {
  readonly query: string;
  /** Ids of the hits, best first. */
  readonly ids: readonly number[];
  /** Whether the answer was degraded. */
  readonly degraded: boolean;
  /** Milliseconds from the request to the last byte of the answer. */
  readonly total: number;
  readonly stages: Stages;
  /** What the edge worker says of its kept answers (RFC 9211). */
  readonly cacheStatus: string;
}

export interface Driven {
  readonly asked: readonly Asked[];
  readonly seconds: number;
  /** Milliseconds of processor time of the client itself. */
  readonly cpu: number;
}

interface RawAnswer {
  readonly query: string;
  readonly total: number;
  readonly serverTiming: string;
  readonly cacheStatus: string;
  readonly text: Buffer;
}

/**
 * A client with as little work as possible, because it shares the processor with the system that it measures:
 * connections are kept, and answers are parsed after the load.
 */
export class LoadClient {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(url: string) {
    this.#url = url;
  }

  /** The body of one search; an answer with another status than 200 is an error. */
  async ask(query: string, limit: number): Promise<unknown> {
    return bodyOf(await this.#search(query, limit));
  }

  /** Sends all queries, `concurrency` at a time, until they are finished or the time is over. */
  async drive(
    queries: readonly string[],
    options: { readonly concurrency: number; readonly limit: number; readonly seconds: number },
  ): Promise<Driven> {
    const answers: RawAnswer[] = [];
    const cpu = process.cpuUsage();
    const began = performance.now();
    let next = 0;
    const caller = async (): Promise<void> => {
      for (;;) {
        const query = queries[next++];
        if (query === undefined || performance.now() - began > 1000 * options.seconds) return;
        answers.push(await this.#search(query, options.limit));
      }
    };
    await Promise.all(Array.from({ length: options.concurrency }, caller));
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return { asked: answers.map(readAnswer), seconds, cpu: (user + system) / 1000 };
  }

  close(): void {
    this.#agent.destroy();
  }

  #search(query: string, limit: number): Promise<RawAnswer> {
    const path = `/v1/search?${new URLSearchParams({ q: query, limit: String(limit) })}`;
    return new Promise((resolve, reject) => {
      const began = performance.now();
      get(this.#url + path, { agent: this.#agent }, (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', reject);
        response.on('end', () => {
          const total = performance.now() - began;
          const text = Buffer.concat(pieces);
          const serverTiming = String(response.headers['server-timing'] ?? '');
          const cacheStatus = String(response.headers['cache-status'] ?? '');
          if (response.statusCode === 200) resolve({ query, total, serverTiming, cacheStatus, text });
          else reject(new Error(`"${query}" got status ${response.statusCode}: ${text.toString('utf8')}`));
        });
      }).on('error', reject);
    });
  }
}

function bodyOf({ text }: RawAnswer): unknown {
  return JSON.parse(text.toString('utf8'));
}

function readAnswer(answer: RawAnswer): Asked {
  const { hits, degraded } = bodyOf(answer) as AnswerOutline;
  const { query, total, serverTiming, cacheStatus } = answer;
  return {
    query,
    ids: hits.map(({ id }) => id),
    degraded: degraded !== undefined,
    total,
    stages: parseServerTiming(serverTiming),
    cacheStatus,
  };
}
