import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { z } from 'zod';

/** An answer to a search, as its caller sees it. */
export interface Answer {
  readonly query: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Ranked by GSMN, with everything that was asked for. */
  readonly full: boolean;
  readonly milliseconds: number;
}

export interface Ask {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** The text after `?`, or the body; by default made of the query. */
  readonly raw?: string | undefined;
  readonly limit?: number;
  readonly offset?: number;
  readonly exhaustive?: boolean;
}

/** Longer than every deadline of the product: an answer that takes this long has been lost. */
const PATIENCE_MS = 60_000;

/** One caller with one connection, which it keeps. It has at most one request under way. */
export class Client {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url: string) {
    this.#url = url;
  }

  /** @throws when no complete answer arrives. */
  ask(query: string, ask: Ask = {}): Promise<Answer> {
    const { method = 'GET', headers = {} } = ask;
    const sent = ask.raw ?? (method === 'GET' ? addressOf(query, ask) : bodyOf(query, ask));
    return new Promise((resolve, reject) => {
      const began = performance.now();
      const call = request(
        `${this.#url}/v1/search${method === 'GET' ? `?${sent}` : ''}`,
        {
          method,
          agent: this.#agent,
          timeout: PATIENCE_MS,
          headers: method === 'GET' ? headers : { 'content-type': 'application/json', ...headers },
        },
        (response) => {
          const pieces: Buffer[] = [];
          response.on('data', (piece: Buffer) => pieces.push(piece));
          response.on('error', reject);
          response.on('end', () => {
            const { statusCode: status = 0, headers: received } = response;
            resolve({
              query,
              status,
              headers: received,
              text: Buffer.concat(pieces).toString('utf8'),
              full:
                status === 200 &&
                received['x-search-stage'] === 'rerank' &&
                received['x-search-degraded'] === undefined,
              milliseconds: performance.now() - began,
            });
          });
        },
      );
      call.on('timeout', () => call.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} s`)));
      call.on('error', reject);
      call.end(method === 'GET' ? undefined : sent);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function addressOf(q: string, { limit, offset, exhaustive }: Ask): string {
  const parameters = new URLSearchParams({ q });
  if (limit !== undefined) parameters.set('limit', String(limit));
  if (offset !== undefined) parameters.set('offset', String(offset));
  if (exhaustive !== undefined) parameters.set('exhaustive', String(exhaustive));
  return parameters.toString();
}

function bodyOf(q: string, { limit, offset, exhaustive }: Ask): string {
  return JSON.stringify({ q, limit, offset, exhaustive });
}

const outlineSchema = z.object({
  query: z.string(),
  generation: z.string(),
  hits: z.array(z.object({ image: z.object({ name: z.string() }) })),
});

/** What the body of an answer 200 says. */
export function outlineOf(answer: Answer) {
  return outlineSchema.parse(JSON.parse(answer.text));
}

/** A short description for messages. */
export function describeAnswer({ query, status, headers, text }: Answer): string {
  const degraded = headers['x-search-degraded'];
  return `${JSON.stringify(query)}: ${status}${degraded === undefined ? '' : ` degraded by ${String(degraded)}`}${status === 200 ? '' : ` ${text.slice(0, 300)}`}`;
}
