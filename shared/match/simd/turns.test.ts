import { afterEach, describe, expect, it, vi } from 'vitest';
import { Turns } from './turns.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/**
 * Runs `works` pieces of work of 30 items of a millisecond each at once; returns the milliseconds of work in each round
 * of the event loop.
 */
async function rounds(works: number): Promise<number[]> {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const turns = new Turns();
  const done = Array.from({ length: works }, () => [] as number[]);
  const all = Promise.all(
    done.map((own) =>
      turns.each(30, undefined, (index) => {
        own.push(index);
        now++;
      }),
    ),
  );
  const found: number[] = [];
  for (let before = 0; done.some(({ length }) => length < 30); before = now) {
    await new Promise((resolve) => setImmediate(resolve));
    found.push(now - before);
  }
  await all;
  for (const own of done) expect(own).toEqual([...Array(30).keys()]);
  return found;
}

describe('turns on the calling thread', () => {
  it('take 4 ms with one piece of work', async () => {
    const found = await rounds(1);
    expect(Math.max(...found)).toBe(4);
    expect(found.length).toBeGreaterThanOrEqual(8);
  });

  it.each([2, 4])('are shared by %i pieces of work', async (works) => {
    expect(Math.max(...(await rounds(works)))).toBe(4);
  });

  it('are a single one if the clock stands still', async () => {
    vi.spyOn(performance, 'now').mockReturnValue(5);
    let calls = 0;
    const work = new Turns().each(1000, undefined, () => calls++);
    expect(calls).toBe(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toBe(1000);
    await work;
  });

  it('end when the work is cancelled, and all end together when they are ended', async () => {
    const turns = new Turns();
    const controller = new AbortController();
    const calls: number[] = [];
    const cancelled = turns.each(10, controller.signal, (index) => calls.push(index));
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    const ended = turns.each(10, undefined, (index) => calls.push(index));
    turns.end();
    await expect(ended).rejects.toMatchObject({ code: 'cancelled' });
    expect(calls).toEqual([]);
    expect(() => turns.assertGoingOn()).toThrow(expect.objectContaining({ code: 'cancelled' }));
  });
});
