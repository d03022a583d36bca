import { type ClientRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface SentRequest {
  readonly method?: string;
  /** Any, also those that `fetch` sets itself: `host`, `content-length`, `sec-fetch-site`. */
  readonly headers?: OutgoingHttpHeaders;
  /** Writes the body. */
  readonly write?: (outgoing: ClientRequest) => void;
}

/** A request as written, on a connection of its own. */
export function sendRequest(url: string, { method, headers = {}, write }: SentRequest = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: method ?? 'GET', headers, agent: false }, (response) => {
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
