import type { SearchHit } from '../../../shared/schema/index.ts';

/**
 * Where the image file of a hit is: its URL in the index may be relative to the service. Undefined when there is none,
 * or one that must not become an address in a page (`javascript:` and its like).
 */
export function imageAddress(
  { image }: Pick<SearchHit, 'image'>,
  endpoint: URL | string,
): string | undefined {
  const { origin } = new URL(endpoint, globalThis.location?.href);
  if (image.url === undefined || !URL.canParse(image.url, origin)) return undefined;
  const address = new URL(image.url, origin);
  return /^(?:https?|data|blob):$/.test(address.protocol) ? address.href : undefined;
}
