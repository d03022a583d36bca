import {
  type Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  request,
} from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface SentRequest {
  readonly method?: string;
  /** Path and query exactly as they are sent, instead of those of the address. */
  readonly path?: string;
  /** Keeps connections; without it each request has its own. */
  readonly agent?: Agent;
  /** Any, also those that `fetch` sets itself: `host`, `content-length`, `sec-fetch-site`. */
  readonly headers?: OutgoingHttpHeaders;
  /** Writes the body. */
  readonly write?: (outgoing: ClientRequest) => void;
}

/** A request as written. */
export function sendRequest(
  url: string,
  { method = 'GET', path, agent, headers = {}, write }: SentRequest = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method, headers, agent: agent ?? false, ...(path === undefined ? {} : { path }) };
    const outgoing = request(url, options, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        body += piece;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    outgoing.on('error', reject);
    write?.(outgoing);
    outgoing.end();
  });
}
