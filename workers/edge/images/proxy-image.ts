import { AppError } from '../../../shared/errors/index.ts';
import { givenTwice } from '../../../shared/http/index.ts';
import { imagePath } from './image-path.ts';

export type Fetch = (input: URL, init?: RequestInit) => Promise<Response>;

/** Image types that browsers show. SVG is one of them and safe: see the policy below. */
const SHOWN_TYPE = /^image\/(?:jpeg|png|webp|avif|gif|svg\+xml)\s*(?:;|$)/i;
const PASSED_ON = [
  'content-type',
  'content-length',
  'content-range',
  'accept-ranges',
  'etag',
  'last-modified',
];
/** What the upstream decides by: whether the caller has the file already, and which part of it is wanted. */
const CONDITIONS = ['if-none-match', 'range', 'if-range'];
const ONE_RANGE = /^bytes=\d*-\d*$/;

/** The only part of a query that is passed on: the width of a rendition. */
const WIDTH = /^\d{1,5}$/;

/**
 * An image file from the upstream, and nothing else: no other content type, no redirect, no path outside the upstream's
 * own. `encodedName` is the rest of the request's path, still percent-encoded.
 */
export async function proxyImage(
  upstream: string,
  encodedName: string,
  request: Request,
  { fetch, timeoutMs }: { readonly fetch: Fetch; readonly timeoutMs: number },
): Promise<Response> {
  const base = upstream.endsWith('/') ? upstream : `${upstream}/`;
  const conditions = CONDITIONS.flatMap((name) => {
    const value = request.headers.get(name);
    // Of several parts the answer would be no image; a range that is not passed on is ignored, as servers may.
    const wanted = value !== null && (name !== 'range' || ONE_RANGE.test(value));
    return wanted ? [[name, value] as const] : [];
  });
  let answer: Response;
  try {
    const address = new URL(imagePath(encodedName), base);
    const [width, again] = new URL(request.url).searchParams.getAll('w');
    if (again !== undefined) throw givenTwice('w');
    if (width !== undefined) {
      if (!WIDTH.test(width)) {
        throw new AppError('request_invalid', `w: "${width}" is not a width.`, {
          hint: 'w is one of the widths that a hit names for its image.',
        });
      }
      address.searchParams.set('w', width);
    }
    answer = await fetch(address, {
      method: request.method === 'HEAD' ? 'HEAD' : 'GET',
      redirect: 'manual',
      headers: { accept: 'image/*', ...Object.fromEntries(conditions) },
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]),
    });
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('recall_unavailable', 'the image files at IMAGES_URL cannot be reached', {
      cause: error,
    });
  }
  const headers = new Headers({
    'cache-control': 'public, max-age=86400',
    // Opened by itself, an SVG is a document: it may have styles and do nothing else.
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    'x-content-type-options': 'nosniff',
  });
  for (const name of PASSED_ON) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  if (answer.status === 304) return new Response(null, { status: 304, headers });
  if (answer.status === 416) {
    await answer.body?.cancel();
    for (const name of ['content-type', 'content-length']) headers.delete(name);
    return new Response(null, { status: 416, headers });
  }
  const sent = answer.status === 200 || answer.status === 206;
  if (!sent || !SHOWN_TYPE.test(answer.headers.get('content-type') ?? '')) {
    await answer.body?.cancel();
    if (answer.status >= 500) {
      throw new AppError('recall_unavailable', `the server of IMAGES_URL returned ${answer.status}`);
    }
    throw new AppError('not_found', 'There is no such image.');
  }
  return new Response(answer.body, { status: answer.status, headers });
}
