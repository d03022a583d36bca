import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pageRouter } from './router.ts';

/** The part of a window that routers use, at an address. */
function openPage(address: string): { travel(to: string): void; readonly entries: string[]; at(): string } {
  let now = new URL(address, 'https://host.example');
  const entries = [now.href];
  const target = new EventTarget();
  const enter = (to: URL, replace: boolean) => {
    now = to;
    entries.splice(replace ? -1 : entries.length, 1, to.href);
  };
  vi.stubGlobal('location', {
    get pathname() {
      return now.pathname;
    },
    get search() {
      return now.search;
    },
    get hash() {
      return now.hash;
    },
    get href() {
      return now.href;
    },
  });
  vi.stubGlobal('history', {
    state: { router: 7 },
    pushState: (state: unknown, _: string, to: URL) => {
      expect(state).toEqual({ router: 7 });
      enter(to, false);
    },
    replaceState: (_state: unknown, _: string, to: URL) => enter(to, true),
  });
  vi.stubGlobal('addEventListener', target.addEventListener.bind(target));
  vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target));
  return {
    entries,
    at: () => now.href.replace('https://host.example', ''),
    travel(to) {
      enter(new URL(to, now), false);
      target.dispatchEvent(new Event('popstate'));
    },
  };
}

let heard = 0;
beforeEach(() => {
  heard = 0;
});
afterEach(() => vi.unstubAllGlobals());

describe.each([
  {
    inHash: false,
    with: (query: string) => `/shop?a=1&q=${query}#top`,
    without: '/shop?a=1#top',
    other: '/shop?a=1&find=x#top',
  },
  {
    inHash: true,
    with: (query: string) => `/shop?a=1#q=${query}`,
    without: '/shop?a=1',
    other: '/shop?a=1#find=x',
  },
])('a router of the page, in its fragment: $inHash', ({ inHash, with: address, without, other }) => {
  it('reads and writes its own parameter alone', () => {
    const page = openPage(address('a+dog'));
    const router = pageRouter('q', inHash);
    expect(router.read()).toBe('a dog');
    router.write('ä & b', false);
    expect([page.at(), router.read(), page.entries.length]).toEqual([address('%C3%A4+%26+b'), 'ä & b', 2]);
    router.write('', true);
    expect([page.at(), page.entries.length]).toEqual([without, 2]);
  });

  it('keeps the images that a search goes by beside the query', () => {
    const page = openPage(without);
    const router = pageRouter('q', inHash);
    router.write('a', false, 'like-7-0123456789abcdef');
    expect(page.at()).toContain('q=a&q-near=like-7-0123456789abcdef');
    expect([router.read(), router.readNear?.()]).toEqual(['a', 'like-7-0123456789abcdef']);
    router.write('b', false);
    expect([page.at(), router.readNear?.()]).toEqual([address('b'), '']);
  });

  it('leaves the parameter of another widget in its place', () => {
    const page = openPage(other);
    const router = pageRouter('q', inHash);
    expect(router.read()).toBe('');
    router.write('a', false);
    expect(pageRouter('find', inHash).read()).toBe('x');
    router.write('', false);
    expect(page.at()).toBe(other);
  });

  it('hears of other addresses of its path, until it is released', () => {
    const page = openPage(without);
    const release = pageRouter('q', inHash).listen(() => heard++);
    page.travel(address('a'));
    page.travel('/checkout?q=shoes#q=shoes');
    expect(heard).toBe(1);
    release();
    page.travel(address('b'));
    expect(heard).toBe(1);
  });
});

describe('a router in the fragment', () => {
  it('keeps away from places in the page, and replaces them', () => {
    const page = openPage('/#q=a');
    const router = pageRouter('q', true);
    router.listen(() => heard++);
    page.travel('#top');
    expect([heard, router.read()]).toEqual([0, '']);
    router.write('b', false);
    expect(page.at()).toBe('/#q=b');
    page.travel('/');
    expect(heard).toBe(1);
  });

  it.each(['#/shop?q=1', '#!/shop'])('never writes over %s, an address of the page’s router', (fragment) => {
    const page = openPage(`/${fragment}`);
    const router = pageRouter('q', true);
    router.listen(() => heard++);
    expect(() => router.write('a', false)).toThrow('its own address');
    page.travel(`/${fragment}2`);
    expect([heard, router.read()]).toEqual([0, '']);
  });
});
