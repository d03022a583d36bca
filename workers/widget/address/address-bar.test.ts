import { describe, expect, it, vi } from 'vitest';
import { AddressBar } from './address-bar.ts';
import type { Router } from './router.ts';

/** A site's own router, over a list of addresses. */
function siteRouter() {
  const entries = [''];
  let listener: (() => void) | undefined;
  const router: Router = {
    read: () => entries.at(-1) ?? '',
    write: (query, replace) => void entries.splice(replace ? -1 : entries.length, 1, query),
    listen(onTravel) {
      listener = onTravel;
      return () => {
        listener = undefined;
      };
    },
  };
  const back = () => {
    entries.pop();
    listener?.();
  };
  return { router, entries, back };
}

describe('an address bar', () => {
  it('has one entry for a sentence that was typed in pauses', () => {
    const { router, entries } = siteRouter();
    const bar = new AddressBar(() => {});
    bar.connect(router);
    bar.write('a', true);
    bar.write('a dog', true);
    bar.write('a dog runs', false);
    bar.write('a horse', false);
    bar.write('a horse', false);
    expect(entries).toEqual(['', 'a dog runs', 'a horse']);
  });

  it('has an entry for each change of the images that a search goes by, and corrects the last one', () => {
    const { router, entries, back } = siteRouter();
    let near: string[] = [''];
    const travelled: string[] = [];
    const bar = new AddressBar((query, images) => travelled.push(`${query} ${images}`));
    bar.connect({
      ...router,
      readNear: () => near.at(-1) ?? '',
      write(query, replace, images = '') {
        near.splice(replace ? -1 : near.length, 1, images);
        router.write(query, replace);
      },
    });
    bar.write('a', false);
    bar.write('a', false, 'not-1-x');
    bar.write('a', false, 'not-1-x');
    bar.write('a', false, 'not-1-2-x');
    expect([entries, near]).toEqual([
      ['', 'a', 'a', 'a'],
      ['', '', 'not-1-x', 'not-1-2-x'],
    ]);
    bar.write('a', false, '', true);
    expect([entries.length, near.at(-1)]).toEqual([4, '']);
    near = near.slice(0, -1);
    back();
    expect(travelled).toEqual(['a not-1-x']);
  });

  it('keeps the query alone in a router that knows no images', () => {
    const { router, entries } = siteRouter();
    const bar = new AddressBar(() => {});
    bar.connect(router);
    bar.write('a', false);
    bar.write('a', false, 'not-1-x');
    expect([entries, bar.near]).toEqual([['', 'a'], '']);
  });

  it('follows the router until it gets another one, or none', () => {
    const { router, entries, back } = siteRouter();
    const travelled: string[] = [];
    const bar = new AddressBar((query) => travelled.push(query));
    bar.connect(router);
    bar.write('a', false);
    bar.write('b', false);
    back();
    expect([travelled, bar.query]).toEqual([['a'], 'a']);
    bar.connect(undefined);
    back();
    bar.write('c', false);
    expect([travelled, entries, bar.query]).toEqual([['a'], [''], '']);
  });

  it('says once that a router cannot write, and goes on', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const bar = new AddressBar(() => {});
    bar.connect({
      ...siteRouter().router,
      write: () => {
        throw new Error('SecurityError');
      },
    });
    bar.write('a', false);
    bar.write('b', false);
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });
});
