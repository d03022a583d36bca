import { describe, expect, it } from 'vitest';
import { RecentQueries } from './recent-queries.ts';

function shelf() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
    removeItem: (name: string) => void kept.delete(name),
  };
}

describe('recent queries', () => {
  it('are kept by the name of the search, the latest first, each once, at most 20', () => {
    const storage = shelf();
    const recent = new RecentQueries(
      () => 'a',
      () => storage,
    );
    for (const query of ['one', 'two', 'one']) recent.add(query);
    expect(recent.list).toEqual(['one', 'two']);
    expect(
      new RecentQueries(
        () => 'b',
        () => storage,
      ).list,
    ).toEqual([]);
    for (let index = 0; index < 30; index++) recent.add(`query ${index}`);
    expect([recent.list.length, recent.list[0], recent.list[19]]).toEqual([20, 'query 29', 'query 10']);
  });

  it('are gone once they are forgotten', () => {
    const storage = shelf();
    const recent = new RecentQueries(
      () => 'a',
      () => storage,
    );
    recent.add('one');
    recent.forget();
    expect([recent.list, storage.kept.size]).toEqual([[], 0]);
  });

  it.each(['{"a":1}', 'not JSON', '[1,null,"one"]'])('survive %s in their place', (text) => {
    const storage = shelf();
    storage.setItem('a', text);
    const recent = new RecentQueries(
      () => 'a',
      () => storage,
    );
    recent.add('two');
    expect(recent.list[0]).toBe('two');
  });

  it('are none where a page may not store anything', () => {
    const recent = new RecentQueries(
      () => 'a',
      () => {
        throw new Error('SecurityError');
      },
    );
    recent.add('one');
    recent.forget();
    expect(recent.list).toEqual([]);
  });
});
