import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { AppError, toAppError } from '../../errors/index.ts';
import { announcesBody, assertJsonBody, assertKnownHost, assertOrigin } from '../../http/index.ts';
import { type ListenAddress, ownHosts, resolveListenAddress } from './listen-address.ts';
import { portOwner } from './port-owner.ts';
import { readAway } from './unread-body.ts';

/** How long a caller may take for its headers, for the whole request, and between two requests. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 60_000;
const KEEP_ALIVE_MS = 15_000;
const CHECK_MS = 5000;
/** How long requests may still run when the service closes. */
const GRACE_MS = 5000;

type Fetch = (request: Request, bindings: HttpBindings) => Response | Promise<Response>;

export interface ListenOptions {
  /** The service in messages: `the reranker`. */
  readonly name: string;
  readonly fetch: Fetch;
  /** Makes the answer to a request that is refused before it reaches the service. */
  readonly refuse: (error: AppError) => Response;
  /** Refuses a body of a type that the service does not read; by default any but JSON. Never those that pages may send without asking. */
  readonly assertBody?: ((request: Request) => void) | undefined;
  /** An address in any spelling, or a name; 127.0.0.1 by default. */
  readonly host?: string | undefined;
  /** 0 chooses a free one. */
  readonly port: number;
  /** What callers prove themselves by, which the service itself checks; and the variable that sets it. */
  readonly token?: { readonly value: string | undefined; readonly variable: string } | undefined;
  /** How long requests may still run when it closes, in milliseconds. */
  readonly graceMs?: number | undefined;
}

export interface Listening {
  /** Without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Stops listening, lets running requests finish for a while, then ends every connection. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Listens for a service of this project. Its callers are programs: pages of other origins are refused, bodies must be
 * JSON, or what `assertBody` lets pass. Beyond this machine it needs a token; without a token, only requests that name this machine are served.
 *
 * @throws AppError `config_invalid` for a host that is none, or one beyond this machine without a token; `conflict` for a
 *   port in use.
 */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { port, graceMs = GRACE_MS } = options;
  const address = await resolveListenAddress(options.host ?? '127.0.0.1');
  assertGuarded(address, options);
  const fetch = guarded(options, options.token?.value ? undefined : ownHosts(address));
  const server = createAdaptorServer({
    // It is a server of HTTP/1.
    fetch: (request, bindings) => fetch(request, bindings as HttpBindings),
    hostname: address.host,
    serverOptions: { connectionsCheckingInterval: CHECK_MS },
  }) as Server;
  server.headersTimeout = HEADERS_MS;
  server.requestTimeout = REQUEST_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // A connection whose last response was sent while the service closes would otherwise be kept for its next request.
  server.on('request', (_request, response: ServerResponse) => {
    response.once('close', () => setImmediate(() => server.listening || server.closeIdleConnections()));
  });
  const bound = await bind(server, address, port);
  let closed: Promise<void> | undefined;
  return {
    url: `http://${address.host}:${bound}`,
    port: bound,
    close: () => {
      closed ??= close(server, graceMs);
      return closed;
    },
  };
}

/** The error of an address that cannot be listened on. */
export async function cannotListen(
  { host }: ListenAddress,
  port: number,
  cause: NodeJS.ErrnoException,
): Promise<AppError> {
  const message = `cannot listen on ${host}:${port} (${cause.code ?? cause.message})`;
  if (cause.code !== 'EADDRINUSE') {
    return new AppError('config_invalid', message, { hint: 'choose another address or port', cause });
  }
  const other = await portOwner(port);
  const who =
    other === undefined
      ? ''
      : `: ${other.ours ? 'a gsmn that runs' : other.program} (process ${other.pid}) listens there`;
  const stop =
    other === undefined ? 'stop the program that listens there' : `stop it (\`kill ${other.pid}\`)`;
  return new AppError('conflict', `${message}${who}`, {
    hint: `${stop}, or choose another port: --port ${port + 1} (0 chooses a free one)`,
    cause,
  });
}

function assertGuarded({ ip, loopback }: ListenAddress, { name, token }: ListenOptions): void {
  if (loopback || token?.value) return;
  const set = token === undefined ? '' : `set ${token.variable} to a long random text, or `;
  throw new AppError('config_invalid', `${name} must not listen on ${ip} without a token`, {
    hint: `${set}listen on 127.0.0.1`,
  });
}

/** The service behind what is checked of every request. */
function guarded({ fetch, refuse, assertBody }: ListenOptions, hosts: readonly string[] | undefined): Fetch {
  const answer: Fetch = (request, bindings) => {
    try {
      if (hosts !== undefined) assertKnownHost(request.url, hosts);
      assertOrigin(request, []);
      if (assertBody === undefined) assertJsonBody(request.headers);
      else assertBody(request);
    } catch (thrown) {
      return refuse(toAppError(thrown));
    }
    return fetch(request, bindings);
  };
  return async (request, bindings) => {
    const response = await answer(request, bindings);
    const { incoming, outgoing } = bindings;
    if (announcesBody(request.headers) && !(await readAway(incoming)))
      outgoing.setHeader('connection', 'close');
    return response;
  };
}

function bind(server: Server, address: ListenAddress, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (thrown: NodeJS.ErrnoException): void =>
      void cannotListen(address, port, thrown).then(reject, reject);
    server.once('error', fail);
    server.listen(port, address.ip, () => {
      server.off('error', fail);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
