import { existsSync, openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import { AppError, toAppError } from '../../shared/errors/index.ts';
import { HTTP_STATUS } from '../../shared/http/index.ts';
import { listen } from '../../shared/platform/listen/index.ts';
import { imageFilePath } from '../data/image-files.ts';
import { pathOfPhotoName } from '../photos/find/photo-name.ts';
import { isAvif, SNIFFED_BYTES, sniffContainer } from '../photos/photo-format.ts';
import type { Service } from './closing.ts';
import type { Log } from './log.ts';
import type { Renditions } from './renditions.ts';

/** Types of the files that browsers show as they are. */
const SHOWN_TYPES = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  svg: 'image/svg+xml',
} as const;

/** Finds the file of an image by its name; undefined if no image has this name. */
export type LocateImage = (name: string) => string | undefined;

export interface ImageFilesOptions {
  readonly renditions: Renditions;
  /** Whether the files themselves are served to requests that name no width; otherwise the widest rendition is. */
  readonly originals: boolean;
  readonly log: Log;
}

/**
 * The image files of a data folder, by the rule for its names.
 *
 * @throws AppError `file_missing` when there is no such folder.
 */
export function imagesOfFolder(folder: string): LocateImage {
  return below(folder, imageFilePath);
}

/**
 * The photographs of a folder, by the names that `findInFolder` gives them. What is hidden is not found.
 *
 * @throws AppError `file_missing` when there is no such folder.
 */
export function photosOfFolder(folder: string): LocateImage {
  return below(folder, (name) => {
    const path = pathOfPhotoName(name);
    return path?.split('/').some((part) => /^$|^\./.test(part)) ? undefined : path;
  });
}

function below(folder: string, pathOf: (name: string) => string | undefined): LocateImage {
  if (!existsSync(folder)) throw new AppError('file_missing', `there is no folder ${folder}`);
  return (name) => {
    const path = pathOf(name);
    return path === undefined ? undefined : join(folder, path);
  };
}

/**
 * Serves image files on loopback, and nothing else: no other file, no listing, no hidden file, no path outside.
 * `?w=WIDTH` is a rendition as WebP of that width; without it comes the widest one, or the file itself with `originals`.
 */
export async function serveImageFiles(
  locate: LocateImage,
  { renditions, originals, log }: ImageFilesOptions,
): Promise<Service> {
  const app = new Hono();
  app.get('*', async (c) => {
    const name = imageName(new URL(c.req.url).pathname);
    const path = name === undefined ? undefined : locate(name);
    if (path === undefined) return c.notFound();
    const width = c.req.query('w');
    const isOriginal = width === undefined && originals;
    return (await (isOriginal ? original : rendition)(path, c.req.raw, renditions)) ?? c.notFound();
  });
  app.onError((error) => {
    log.error({ err: error }, 'an image could not be served');
    return new Response(null, { status: HTTP_STATUS[toAppError(error).code] });
  });
  return listen({
    name: 'the image server',
    fetch: app.fetch,
    refuse: ({ code, message }) => new Response(message, { status: HTTP_STATUS[code] }),
    port: 0,
  });
}

async function rendition(
  path: string,
  request: Request,
  renditions: Renditions,
): Promise<Response | undefined> {
  const made = await renditions.of(path, new URL(request.url).searchParams.get('w') ?? undefined);
  if (made === undefined) return undefined;
  return answer(request, made.tag, 'image/webp', made.webp.length, made.webp);
}

/** The file itself, if its content is that of an image which browsers show. */
async function original(path: string, request: Request): Promise<Response | undefined> {
  const state = await stat(path).catch(() => undefined);
  if (!state?.isFile()) return undefined;
  const file = await openAsBlob(path);
  const head = new Uint8Array(await file.slice(0, SNIFFED_BYTES).arrayBuffer());
  const container = sniffContainer(head);
  if (container === undefined || container === 'tiff') return undefined;
  if (container === 'heif' && !isAvif(head)) return undefined;
  const type = container === 'heif' ? 'image/avif' : SHOWN_TYPES[container];
  return answer(request, `${state.size}-${state.mtimeMs}`, type, file.size, file);
}

/** The content of an image file, or the part of it that is asked for. */
function answer(
  request: Request,
  tag: string,
  type: string,
  bytes: number,
  content: Blob | Uint8Array<ArrayBuffer>,
): Response {
  const etag = `"${tag}"`;
  if (request.headers.get('if-none-match') === etag) {
    return new Response(null, { status: 304, headers: { etag } });
  }
  const headers = { 'content-type': type, 'accept-ranges': 'bytes', etag };
  const range = wantedRange(request, etag, bytes);
  if (range === undefined) {
    return new Response(content, { headers: { ...headers, 'content-length': String(bytes) } });
  }
  const [from, to] = range;
  if (from >= to)
    return new Response(null, { status: 416, headers: { 'content-range': `bytes */${bytes}` } });
  return new Response(content.slice(from, to), {
    status: 206,
    headers: {
      ...headers,
      'content-length': String(to - from),
      'content-range': `bytes ${from}-${to - 1}/${bytes}`,
    },
  });
}

/** Bytes `[from, to)` that a request asks for; undefined for all, also where it asks for several parts or of another content. */
function wantedRange({ headers }: Request, etag: string, bytes: number): [number, number] | undefined {
  const condition = headers.get('if-range');
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(headers.get('range') ?? '') ?? [];
  if ((first === '' && last === '') || (condition !== null && condition !== etag)) return undefined;
  if (first === '') return [Math.max(0, bytes - Number(last)), bytes];
  const end = last === '' ? bytes : Math.min(bytes, Number(last) + 1);
  // The end before the beginning is no range.
  return last !== '' && Number(last) < Number(first) ? undefined : [Number(first), end];
}

/** The name of the image that a request's path means; undefined if it cannot be one. */
function imageName(encoded: string): string | undefined {
  const names: string[] = [];
  for (const segment of encoded.slice(1).split('/')) {
    let name: string;
    try {
      name = decodeURIComponent(segment);
    } catch {
      // An invalid percent sequence does not name a file.
      return undefined;
    }
    // An encoded slash is not one between folders.
    if (name.includes('/')) return undefined;
    names.push(name);
  }
  return names.join('/');
}
