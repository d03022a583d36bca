import { describe, expect, it } from 'vitest';
import { withReadAhead } from './read-ahead.ts';

/** Pieces 0 to `count - 1`, and the order of events. */
function pieces(count: number, fails: { readonly fetch?: number; readonly work?: number } = {}) {
  const events: string[] = [];
  const run = withReadAhead<number>(
    (previous = -1) => {
      const piece = previous + 1;
      if (piece === count) return undefined;
      events.push(`fetch ${piece}`);
      return piece === fails.fetch
        ? Promise.reject(new Error(`no ${piece}`))
        : Promise.resolve().then(() => piece);
    },
    async (piece) => {
      events.push(`work ${piece}`);
      // Long enough for an unhandled rejection of the next piece to be noticed.
      await new Promise((resolve) => setImmediate(resolve));
      if (piece === fails.work) throw new Error(`broken ${piece}`);
    },
    (piece) => void events.push(`release ${piece}`),
  );
  return { run, events };
}

describe('reading ahead', () => {
  it('fetches one piece while the previous one is processed, and releases all', async () => {
    const { run, events } = pieces(3);
    await run;
    expect(events).toEqual([
      'fetch 0',
      'fetch 1',
      'work 0',
      'release 0',
      'fetch 2',
      'work 1',
      'release 1',
      'work 2',
      'release 2',
    ]);
  });

  it('does nothing without pieces', async () => {
    const { run, events } = pieces(0);
    await run;
    expect(events).toEqual([]);
  });

  it('releases what it fetched when the previous work fails', async () => {
    const { run, events } = pieces(3, { work: 0 });
    await expect(run).rejects.toThrow('broken 0');
    expect(events).toEqual(['fetch 0', 'fetch 1', 'work 0', 'release 0', 'release 1']);
  });

  it('fails with the piece that cannot be fetched, after the previous work', async () => {
    const { run, events } = pieces(3, { fetch: 1 });
    await expect(run).rejects.toThrow('no 1');
    expect(events).toEqual(['fetch 0', 'fetch 1', 'work 0', 'release 0']);
    await expect(pieces(3, { fetch: 1, work: 0 }).run).rejects.toThrow('broken 0');
  });
});
