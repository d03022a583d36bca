import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** What a hub does otherwise than it should, and how it is. */
export interface HubFaults {
  /** How many bytes of a body are sent from an offset before the connection is cut; undefined to send all. */
  cutAfter?: ((path: string, from: number) => number | undefined) | undefined;
  /** Another content than the sums say. */
  spoiled?: ((path: string) => boolean) | undefined;
  /** Knows no ranges. */
  noRanges?: boolean | undefined;
  /** Says nothing of sums and commits, like a plain server of files. */
  plain?: boolean | undefined;
  /** Answers with this status. */
  status?: number | undefined;
}

/** A server with the paths of the Hugging Face hub, for one repository in a folder. Files of `onnx/` lie elsewhere, as large ones do. */
export interface HubServer {
  readonly url: string;
  readonly commit: string;
  /** `METHOD path`, with the range if there is one. */
  readonly requests: string[];
  faults: HubFaults;
  close(): Promise<void>;
}

export async function startHub(
  repository: string,
  folder: string,
  commit = 'c0ffee'.padEnd(40, '0'),
): Promise<HubServer> {
  const files = new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path.slice(folder.length + 1).replaceAll('\\', '/'), readFileSync(path)] as const;
      }),
  );
  const hub: HubServer = { url: '', commit, requests: [], faults: {}, close: async () => {} };

  function answer(request: IncomingMessage, response: ServerResponse): unknown {
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const range = request.headers.range;
    hub.requests.push([request.method, pathname, range].filter(Boolean).join(' '));
    const [, kind, revision = '', path = ''] =
      /^\/(cdn|[^/]+\/[^/]+\/resolve)\/([^/]+)\/(.+)$/.exec(pathname) ?? [];
    const content = files.get(path);
    if (hub.faults.status !== undefined) return response.writeHead(hub.faults.status).end();
    // A repository that was renamed.
    if (kind === 'old/name/resolve') {
      return response.writeHead(307, { location: `/${repository}/resolve/${revision}/${path}` }).end('moved');
    }
    const known = kind === 'cdn' || (kind === `${repository}/resolve` && ['main', commit].includes(revision));
    if (!known || content === undefined) return response.writeHead(404).end('Entry not found');
    const { plain } = hub.faults;
    if (plain || kind === 'cdn') return send(request, response, path, content, {});
    const large = path.startsWith('onnx/');
    const sum = large
      ? createHash('sha256').update(content)
      : createHash('sha1').update(`blob ${content.length}\0`).update(content);
    const etag = `"${sum.digest('hex')}"`;
    const about = { 'x-repo-commit': commit };
    if (!large) return send(request, response, path, content, { ...about, etag });
    response.writeHead(302, {
      ...about,
      'x-linked-etag': etag,
      'x-linked-size': content.length,
      etag: '"of the redirect"',
      location: `${hub.url}/cdn/${revision}/${path}`,
    });
    return response.end();
  }

  function send(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    content: Buffer,
    headers: Readonly<Record<string, string>>,
  ): unknown {
    const { noRanges, spoiled, cutAfter } = hub.faults;
    const bytes = spoiled?.(path) ? Buffer.alloc(content.length, 'x') : content;
    const given = noRanges ? undefined : /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    const from = Number(given ?? 0);
    if (from > 0 && from >= bytes.length) return response.writeHead(416).end();
    const rest = bytes.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      ...headers,
      'content-length': rest.length,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
    });
    if (request.method === 'HEAD') return response.end();
    const cut = cutAfter?.(path, from);
    if (cut === undefined) return response.end(rest);
    // What was written must arrive: a client forgets what it has not read when the connection breaks.
    return response.write(rest.subarray(0, cut), () => setTimeout(() => response.destroy(), 30));
  }

  const server = createServer(answer);
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  return Object.assign(hub, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  });
}
