import type { SearchHit } from '../../../shared/schema/index.ts';

/**
 * The address of a hit's image file: its URL in the index may be relative to the service. Undefined if there is none,
 * or if it must not become an address in a page (`javascript:` and similar).
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

/** The `srcset` of a hit's image at an address, if the service resizes it. */
export function imageSourceSet({ image }: Pick<SearchHit, 'image'>, address: string): string | undefined {
  return image.widths?.map((width) => `${address}?w=${width} ${width}w`).join();
}
