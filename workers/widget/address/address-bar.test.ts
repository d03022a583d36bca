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
