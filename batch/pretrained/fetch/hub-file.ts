import { AppError } from '../../../shared/errors/index.ts';
import { HUB } from '../defaults.ts';

/** What to do where nothing can be fetched. */
export const OFFLINE_HINT =
  'without a connection: copy the folder of the model from another machine and name it, --encoder DIR';

/** What the hub says of a file. */
export interface HubFile {
  readonly url: URL;
  /** The commit that the revision stands for; undefined if the server does not say. */
  readonly commit: string | undefined;
  readonly bytes: number | undefined;
  /** Of a large file, its SHA-256; of others, the SHA-1 that git gives them. */
  readonly sum: { readonly sha256: string } | { readonly gitBlob: string } | undefined;
}

/** The most redirects that are followed. */
const MOST_HOPS = 5;
/** How long a server may be silent, in milliseconds. */
export const SILENCE_MS = 30_000;

/** The address of a file in a revision of a repository. */
export function fileAddress(hub: string, repository: string, revision: string, path: string): URL {
  const base = hub.endsWith('/') ? hub : `${hub}/`;
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol)) {
    throw new AppError('argument_invalid', `"${hub}" is no address of a hub`, { hint: `for example ${HUB}` });
  }
  return new URL(`${repository}/resolve/${encodeURIComponent(revision)}/${path}`, base);
}

/**
 * Asks the hub for a file, without loading it.
 *
 * @returns undefined if the repository has no such file.
 * @throws AppError `download_failed`, `not_found` for a repository that not everyone may read; the signal's reason.
 */
export async function askHub(url: URL, signal: AbortSignal | undefined): Promise<HubFile | undefined> {
  let at = url;
  for (let hop = 0; hop < MOST_HOPS; hop++) {
    const answer = await send(at, { method: 'HEAD' }, signal);
    await answer.body?.cancel();
    const { status, headers } = answer;
    const location = headers.get('location');
    // A relative one is another name of the same repository, which is asked again. Others lead away from the hub.
    if (status >= 300 && status < 400 && location !== null && !URL.canParse(location)) {
      at = new URL(location, at);
      continue;
    }
    if (status === 404) return undefined;
    if (status >= 400) throw refused(at, status);
    return {
      url: at,
      commit: /^[0-9a-f]{40}$/.exec(headers.get('x-repo-commit') ?? '')?.[0],
      bytes: sizeOf(headers, status),
      sum: sumOf(headers.get('x-linked-etag')) ?? sumOf(headers.get('etag')),
    };
  }
  throw new AppError('download_failed', `${url} redirects more than ${MOST_HOPS} times`);
}

function sizeOf(headers: Headers, status: number): number | undefined {
  const linked = headers.get('x-linked-size');
  // The length of a redirect is that of its text, and the length of a compressed body is not that of the file.
  const plain = status < 300 && !headers.has('content-encoding') ? headers.get('content-length') : null;
  const text = linked ?? plain;
  return text === null || !/^\d+$/.test(text) ? undefined : Number(text);
}

function sumOf(etag: string | null): HubFile['sum'] {
  const sum = etag?.replace(/^W\//, '').replace(/^"(.*)"$/, '$1');
  if (sum === undefined) return undefined;
  if (/^[0-9a-f]{64}$/.test(sum)) return { sha256: sum };
  return /^[0-9a-f]{40}$/.test(sum) ? { gitBlob: sum } : undefined;
}

function refused(url: URL, status: number): AppError {
  if (status === 401 || status === 403) {
    return new AppError('not_found', `${url.host} does not give ${url.pathname} to everyone (${status})`, {
      hint: `the repository does not exist, or its owner asks for an account: fetch it with one, then name its folder, --encoder DIR`,
    });
  }
  return new AppError('download_failed', `${url.host} answered ${status} to ${url.pathname}`, {
    hint: `try again later, or name another hub: --hub; ${OFFLINE_HINT}`,
  });
}

/**
 * Sends one request; redirects are answers.
 *
 * @throws AppError `download_failed` if the server cannot be reached; the signal's reason.
 */
export async function send(
  url: URL,
  init: { readonly method: 'GET' | 'HEAD'; readonly headers?: Readonly<Record<string, string>> },
  signal: AbortSignal | undefined,
): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), SILENCE_MS);
  try {
    return await fetch(url, {
      method: init.method,
      headers: { ...init.headers, 'accept-encoding': 'identity' },
      redirect: 'manual',
      signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
    });
  } catch (thrown) {
    signal?.throwIfAborted();
    const reason = late.signal.aborted ? `no answer within ${SILENCE_MS / 1000} s` : reasonOf(thrown);
    throw new AppError('download_failed', `${url.host} cannot be reached: ${reason}`, {
      hint: `check the network, or name another hub: --hub; ${OFFLINE_HINT}`,
      cause: thrown,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** What a failed `fetch` says of its reason. */
export function reasonOf(thrown: unknown): string {
  const { message, cause } = thrown as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
