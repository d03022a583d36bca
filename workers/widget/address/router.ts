/** Where the query stands in the page's address; a site that has its own router gives one in its place. */
export interface Router {
  /** The query at the present address; empty if there is none. */
  read(): string;
  /** The `near` of the present address, as `write` got it; a router without this function keeps only queries. */
  readNear?(): string;
  /**
   * Puts the query into the address, as an entry of its own or in place of the last one; and `near`, a short text for the images that the
   * search goes by, empty if there are none. It must not call what listens.
   */
  write(query: string, replace: boolean, near?: string): void;
  /** Calls `onTravel` whenever a person went to another address, until the returned function is called. */
  listen(onTravel: () => void): () => void;
}

/** A fragment that has names and values; others belong to the page: `#top` is a place in it, `#/shop` an address of its router. */
const PARAMETERS = /^[^/!=]+=/;

/**
 * The query as `?q=…`, or as `#q=…`, and beside it `q-near`. It keeps the state that the page has in its history, and does not follow changes of the path,
 * which are the page's own.
 */
export function pageRouter(parameter: string, inHash: boolean): Router {
  let path = location.pathname;
  const fragment = (): string => location.hash.slice(1);
  const parameters = (): URLSearchParams =>
    new URLSearchParams(inHash ? (PARAMETERS.test(fragment()) ? fragment() : '') : location.search);
  const nearParameter = `${parameter}-near`;
  const read = (name: string): string => parameters().get(name)?.trim() ?? '';
  return {
    read: () => read(parameter),
    readNear: () => read(nearParameter),
    write(query, replace, near = '') {
      if (inHash && /^[/!]/.test(fragment()))
        throw new Error(`the page has its own address in #${fragment()}`);
      const address = new URL(location.href);
      const all = parameters();
      for (const [name, value] of [
        [parameter, query],
        [nearParameter, near],
      ] as const)
        if (value === '') all.delete(name);
        else all.set(name, value);
      address[inHash ? 'hash' : 'search'] = String(all);
      history[replace ? 'replaceState' : 'pushState'](history.state, '', address);
      path = address.pathname;
    },
    listen(onTravel) {
      const travel = (): void => {
        const ours = !inHash || fragment() === '' || PARAMETERS.test(fragment());
        if (ours && location.pathname === path) onTravel();
      };
      addEventListener('popstate', travel);
      return () => removeEventListener('popstate', travel);
    },
  };
}

/** The router that an element's attributes name: `router="history"` or `router="hash"`, with `url-parameter`; by default none. */
export function namedRouter(host: Element): Router | undefined {
  const name = host.getAttribute('router');
  if (name !== 'history' && name !== 'hash') return undefined;
  return pageRouter(host.getAttribute('url-parameter') || 'q', name === 'hash');
}
