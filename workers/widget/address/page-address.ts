/** The address in an attribute, relative to the page; undefined if there is none. */
export function addressOf(host: Element, attribute: string): URL | undefined {
  const given = host.getAttribute(attribute);
  if (given === null || !URL.canParse(given, host.baseURI)) return undefined;
  return new URL(given, host.baseURI);
}

/** The same page with a sentence as its `?q=…`. */
export function withQuery(page: URL, query: string): string {
  const address = new URL(page);
  address.searchParams.set('q', query);
  return address.href;
}
