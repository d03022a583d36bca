import { AppError } from '../errors/index.ts';

/** Origins whose pages may call a service besides its own: all of them, or those of a list. */
export type AllowedOrigins = '*' | readonly string[];

/**
 * Origins of a text that separates them by commas or spaces; `*` is every origin, an empty text none but the own one.
 *
 * @param what names the text in errors
 * @throws AppError `config_invalid`
 */
export function readOrigins(text: string, what: string): AllowedOrigins {
  const names = text.split(/[\s,]+/).filter(Boolean);
  if (names.includes('*')) return '*';
  return names.map((name) => {
    if (!URL.canParse(name) || new URL(name).origin === 'null') {
      throw new AppError('config_invalid', `${what}: "${name}" is not an origin`, {
        hint: 'Write it as browsers do: https://example.org',
      });
    }
    return new URL(name).origin;
  });
}

/**
 * Refuses a request that a browser sends for a page of another origin. What is no page (a service, curl) sends neither
 * `Origin` nor `Sec-Fetch-…`. A proxy that adds HTTPS leaves the host, so only hosts are compared with the own one.
 *
 * @throws AppError `origin_refused`
 */
export function assertOrigin(request: Request, allowed: AllowedOrigins): void {
  if (allowed === '*') return;
  const origin = request.headers.get('origin');
  if (
    origin === null
      ? !(allowed.length === 0 && isForeignPart(request.headers))
      : isAllowed(origin, request.url, allowed)
  )
    return;
  throw new AppError('origin_refused', `pages of ${origin ?? 'other sites'} may not call this service`, {
    hint: 'A page of its own origin may, and a program that is not a page.',
  });
}

function isAllowed(origin: string, url: string, allowed: readonly string[]): boolean {
  if (allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === new URL(url).host;
}

/**
 * Whether it is an image, a script or the like of another site's page, which browsers load without an `Origin`. A link
 * that somebody follows is not.
 */
function isForeignPart(headers: Headers): boolean {
  const site = headers.get('sec-fetch-site');
  return (site === 'cross-site' || site === 'same-site') && headers.get('sec-fetch-mode') !== 'navigate';
}
