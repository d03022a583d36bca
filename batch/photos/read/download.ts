import { PhotoFault } from '../photo-problem.ts';
import { tooManyBytes } from './read-file.ts';

export interface DownloadOptions {
  readonly maximumBytes: number;
  readonly seconds: number;
  readonly signal: AbortSignal | undefined;
  /** The state of an earlier download: if it is still the same, nothing is loaded. */
  readonly knownState?: string | undefined;
}

/** A downloaded file with its state, which is empty if the server names none; no bytes if the state is the known one. */
export interface Download {
  readonly state: string;
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

/**
 * Loads an image from its address.
 *
 * @throws PhotoFault `unreachable`, `missing`, `too_many_bytes`; the signal's reason.
 */
export async function download(
  url: string,
  { maximumBytes, seconds, signal, knownState }: DownloadOptions,
): Promise<Download> {
  const late = AbortSignal.timeout(seconds * 1000);
  try {
    const answer = await fetch(url, {
      headers: { accept: 'image/*', ...conditions(knownState) },
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
    });
    if (answer.status === 304 && knownState !== undefined) return { state: knownState, bytes: undefined };
    if (!answer.ok || answer.body === null) {
      await answer.body?.cancel();
      const gone = answer.status === 404 || answer.status === 410;
      throw new PhotoFault(gone ? 'missing' : 'unreachable', `the server returned ${answer.status}`);
    }
    const announced = Number(answer.headers.get('content-length') ?? 0);
    const pieces: Uint8Array[] = [];
    let size = 0;
    if (announced > maximumBytes) size = announced;
    else {
      for await (const piece of answer.body) {
        pieces.push(piece);
        size += piece.length;
        if (size > maximumBytes) break;
      }
    }
    if (size > maximumBytes) {
      if (!answer.body.locked) await answer.body.cancel();
      throw tooManyBytes(size, maximumBytes);
    }
    return { state: stateOf(answer.headers), bytes: new Uint8Array(Buffer.concat(pieces)) };
  } catch (thrown) {
    if (thrown instanceof PhotoFault) throw thrown;
    signal?.throwIfAborted();
    const { message, cause } = thrown as Error;
    const reason = late.aborted
      ? `no complete answer within ${seconds} s`
      : cause instanceof Error
        ? `${message}: ${cause.message}`
        : message;
    throw new PhotoFault('unreachable', `it cannot be loaded: ${reason}`, thrown);
  }
}

/** What a server says of the version of a file: its ETag, else the time of its last change. */
function stateOf(headers: Headers): string {
  const etag = headers.get('etag');
  const modified = headers.get('last-modified');
  return etag !== null ? `etag ${etag}` : modified !== null ? `modified ${modified}` : '';
}

function conditions(state: string | undefined): Record<string, string> {
  if (state?.startsWith('etag ')) return { 'if-none-match': state.slice('etag '.length) };
  if (state?.startsWith('modified ')) return { 'if-modified-since': state.slice('modified '.length) };
  return {};
}
