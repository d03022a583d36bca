import { AppError } from '../../../shared/errors/index.ts';

/**
 * Refuses a request that does not come from a page of the origins that a key or token is bound to. Browsers do not let a page lie about
 * its origin; programs can, so this keeps a key from being used on other pages, and not from being used at all.
 *
 * @throws AppError `origin_refused`
 */
export function assertBoundOrigin(request: Request, origins: readonly string[] | undefined): void {
  if (origins === undefined) return;
  const origin = request.headers.get('origin');
  if (origin === null ? isOwnPage(request, origins) : origins.includes(origin)) return;
  throw new AppError(
    'origin_refused',
    origin === null
      ? 'This key is for certain pages, and this request does not come from one of them.'
      : `This key is not for pages of ${origin}.`,
    { hint: 'A server uses a secret key; another page needs a key of its own.' },
  );
}

/** Of a GET of the own page browsers say only that it is the own one. A proxy that adds HTTPS leaves the host, so hosts are compared. */
function isOwnPage({ headers, url }: Request, origins: readonly string[]): boolean {
  const { host } = new URL(url);
  return (
    headers.get('sec-fetch-site') === 'same-origin' && origins.some((origin) => new URL(origin).host === host)
  );
}
