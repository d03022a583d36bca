import { afterEach, describe, expect, it, vi } from 'vitest';
import { assertNotAborted, yieldToEventLoop } from './long-work.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('yielding to the event loop', () => {
  it.each([
    ['with setImmediate', []],
    ['by a message without it', ['setImmediate']],
    ['by a timer without both', ['setImmediate', 'MessageChannel']],
  ])('lets timers run, %s', async (_, missing) => {
    for (const name of missing) vi.stubGlobal(name, undefined);
    const order: string[] = [];
    let going = true;
    setTimeout(() => {
      going = false;
      order.push('timer');
    }, 0);
    // Not one turn for all: a message may arrive before a timer of 1 ms is due.
    for (let turn = 0; going && turn < 1e6; turn++) await yieldToEventLoop();
    order.push('work');
    expect(order).toEqual(['timer', 'work']);
  });

  it('takes another turn of the event loop each time', async () => {
    let turns = 0;
    let going = true;
    const count = () => {
      turns++;
      if (going) setImmediate(count);
    };
    setImmediate(count);
    for (let index = 0; index < 5; index++) await yieldToEventLoop();
    going = false;
    expect(turns).toBeGreaterThanOrEqual(5);
  });
});

describe('a signal of work', () => {
  it('stops the work when it is aborted, with its reason as the cause', () => {
    assertNotAborted(undefined);
    assertNotAborted(new AbortController().signal);
    const reason = new Error('enough');
    expect(() => assertNotAborted(AbortSignal.abort(reason))).toThrow(
      expect.objectContaining({ code: 'cancelled', cause: reason }),
    );
  });
});
