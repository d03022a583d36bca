import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../../shared/errors/index.ts';
import { syncFolder, writing } from '../../../shared/platform/atomic-file.ts';
import { sha256OfFile } from '../../../shared/platform/pretrained/pretrained-files.ts';
import type { OnProgress } from '../../report.ts';
import { type HubFile, OFFLINE_HINT, reasonOf, SILENCE_MS, send } from './hub-file.ts';

export interface LoadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Hears bytes. */
  readonly onProgress?: OnProgress | undefined;
  /** The pause before the second try, in milliseconds; later ones are longer. */
  readonly pauseMs?: number | undefined;
}

/** How often it is tried in a row without a single byte. */
const TRIES = 4;
const PAUSE_MS = 1000;
const MOST_HOPS = 5;

/** A connection that ended too early, or could not be made: trying again may help. */
class Broken extends Error {}

/**
 * Loads a file of the hub to a path. What arrived is kept beside it, as `.part`, and is continued: after a broken
 * connection at once, after a stop by the next call. It gets its name when its sum is right.
 *
 * @param expected its SHA-256, where that is known from elsewhere.
 * @returns its SHA-256.
 * @throws AppError `download_failed`, `checksum_mismatch`, `file_unwritable`; the signal's reason.
 */
export async function loadFile(
  file: HubFile,
  path: string,
  expected: string | undefined,
  options: LoadOptions = {},
): Promise<string> {
  const part = `${path}.part`;
  await writing(path, () => mkdir(dirname(path), { recursive: true }));
  const kept = await keptSum(path, file, expected, options.signal);
  if (kept !== undefined) return kept;
  await loadPart(file, part, options);
  const found = await checkedSum(part, file, expected, options.signal).catch(async (thrown: unknown) => {
    // Nothing of it can be continued.
    if (thrown instanceof AppError && thrown.code === 'checksum_mismatch') await rm(part, { force: true });
    throw thrown;
  });
  await writing(path, async () => {
    await rename(part, path);
    await syncFolder(dirname(path));
  });
  return found;
}

/** The sum of a file that an earlier call loaded, if it can be told that it is the wanted one. */
async function keptSum(
  path: string,
  file: HubFile,
  expected: string | undefined,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  if ((expected === undefined && file.sum === undefined) || (await sizeOf(path)) === undefined)
    return undefined;
  return checkedSum(path, file, expected, signal).catch((thrown: unknown) => {
    if (thrown instanceof AppError && thrown.code === 'checksum_mismatch') return undefined;
    throw thrown;
  });
}

/** The SHA-256 of a file that is what the hub and the catalogue say. @throws AppError `checksum_mismatch`. */
async function checkedSum(
  path: string,
  { url, sum, bytes }: HubFile,
  expected: string | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  const found = await sha256OfFile(path, signal);
  const hub = sum === undefined ? undefined : 'sha256' in sum ? sum.sha256 : sum.gitBlob;
  const own = sum !== undefined && 'gitBlob' in sum ? await gitBlobOf(path) : found;
  const wrong =
    expected !== undefined && found !== expected
      ? `the catalogue names ${expected}`
      : hub !== undefined && own !== hub
        ? `the server names ${hub}`
        : undefined;
  if (wrong === undefined) return found;
  throw new AppError(
    'checksum_mismatch',
    `${url.pathname} of ${url.host} is not what it should be: its sum is ${own}, ${wrong} (${bytes ?? '?'} bytes)`,
    {
      hint: `it was changed on the way, or on the server: run the command again, or name another hub: --hub; ${OFFLINE_HINT}`,
    },
  );
}

/** The SHA-1 that git gives the content of a file. */
async function gitBlobOf(path: string): Promise<string> {
  const hash = createHash('sha1').update(`blob ${(await stat(path)).size}\0`);
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}

async function loadPart(file: HubFile, part: string, options: LoadOptions): Promise<void> {
  const { signal, pauseMs = PAUSE_MS } = options;
  const { url, bytes } = file;
  for (let failures = 0; ; ) {
    const before = (await sizeOf(part)) ?? 0;
    if (bytes !== undefined && before === bytes) return;
    // More than the whole file is not a beginning of it.
    if (bytes !== undefined && before > bytes) await writing(part, () => rm(part, { force: true }));
    try {
      await loadRest(file, part, options);
      return;
    } catch (thrown) {
      signal?.throwIfAborted();
      const isBroken =
        thrown instanceof Broken || (thrown instanceof AppError && thrown.code === 'download_failed');
      if (!isBroken) throw thrown;
      const has = (await sizeOf(part)) ?? 0;
      failures = has > before ? 1 : failures + 1;
      if (failures >= TRIES) {
        throw new AppError(
          'download_failed',
          `${url.pathname} of ${url.host} could not be loaded: ${(thrown as Error).message}`,
          {
            hint: `run the command again: it continues after ${has.toLocaleString('en')} bytes; ${OFFLINE_HINT}`,
            cause: thrown,
          },
        );
      }
      await pause(failures * pauseMs, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}

/** One connection: from the end of what is there to the end of the file. @throws Broken */
async function loadRest(
  { url, bytes }: HubFile,
  part: string,
  { signal, onProgress }: LoadOptions,
): Promise<void> {
  const silence = new AbortController();
  const either = signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]);
  const has = (await sizeOf(part)) ?? 0;
  const answer = await get(url, has, either);
  const { status, headers, body } = answer;
  const starts = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1];
  if (status === 416 || (status === 206 && Number(starts) !== has)) {
    await body?.cancel();
    await writing(part, () => rm(part, { force: true }));
    throw new Broken(`the server does not continue after ${has} bytes`);
  }
  if ((status !== 200 && status !== 206) || body === null) {
    await body?.cancel();
    throw new Broken(`the server answered ${status}`);
  }
  // A server that knows no ranges sends all of it.
  let size = status === 206 ? has : 0;
  const handle = await writing(part, () => open(part, status === 206 ? 'a' : 'w'));
  try {
    size = await append(body, handle, part, {
      size,
      silence,
      onProgress: (done) => onProgress?.(done, bytes ?? done),
    });
  } catch (thrown) {
    signal?.throwIfAborted();
    if (thrown instanceof AppError) throw thrown;
    const quiet = silence.signal.aborted ? `nothing came for ${SILENCE_MS / 1000} s` : reasonOf(thrown);
    throw new Broken(`the connection broke: ${quiet}`);
  } finally {
    await handle.close();
  }
  if (bytes !== undefined && size !== bytes) throw new Broken(`${size} of ${bytes} bytes came`);
}

async function append(
  body: AsyncIterable<Uint8Array>,
  handle: FileHandle,
  path: string,
  {
    size,
    silence,
    onProgress,
  }: {
    readonly size: number;
    readonly silence: AbortController;
    readonly onProgress: (done: number) => void;
  },
): Promise<number> {
  let done = size;
  const timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    for await (const piece of body) {
      timer.refresh();
      await writing(path, () => handle.appendFile(piece));
      done += piece.length;
      onProgress(done);
    }
    await writing(path, () => handle.sync());
    return done;
  } finally {
    clearTimeout(timer);
  }
}

/** Follows redirects: to where large files lie. */
async function get(url: URL, from: number, signal: AbortSignal): Promise<Response> {
  const headers = from > 0 ? { range: `bytes=${from}-` } : {};
  let at = url;
  for (let hop = 0; hop < MOST_HOPS; hop++) {
    const answer = await send(at, { method: 'GET', headers }, signal);
    const location = answer.headers.get('location');
    if (answer.status < 300 || answer.status >= 400 || location === null) return answer;
    await answer.body?.cancel();
    at = new URL(location, at);
  }
  throw new Broken(`it redirects more than ${MOST_HOPS} times`);
}
