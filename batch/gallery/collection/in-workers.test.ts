import { describe, expect, it } from 'vitest';
import { errorCode } from '../../../test/support/error-code.ts';
import { inWorkers } from './in-workers.ts';

/** A module as a data URL: `answer` gets `task` and is the value to send back. */
function moduleOf(answer: string): URL {
  const source = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', (task) => { ${answer} });`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

const doubling = moduleOf('parentPort.postMessage(2 * task);');

describe('inWorkers', () => {
  it.each([1, 3, 9])('processes every task once with %i threads', async (threads) => {
    const results: number[] = [];
    await inWorkers<number, number>(
      [1, 2, 3, 4, 5],
      { module: doubling, threads, signal: undefined },
      (result) => {
        results.push(result);
      },
    );
    expect(results.sort((one, two) => one - two)).toEqual([2, 4, 6, 8, 10]);
  });

  it('ends at once without tasks', async () => {
    await inWorkers([], { module: doubling, threads: 2, signal: undefined }, () => expect.unreachable());
  });

  it('fails if a thread throws or ends, whatever the others do', async () => {
    for (const answer of ["throw new Error('lost')", 'process.exit(3)']) {
      const module = moduleOf(`if (task === 2) ${answer}; else parentPort.postMessage(task);`);
      const run = inWorkers([1, 2, 3, 4], { module, threads: 2, signal: undefined }, () => {});
      expect(await errorCode(run)).toBe('internal');
    }
  });

  it('throws what its listener throws', async () => {
    const run = inWorkers([1, 2], { module: doubling, threads: 1, signal: undefined }, () => {
      throw new RangeError('mine');
    });
    await expect(run).rejects.toThrow(RangeError);
  });

  it('stops with the reason of its signal', async () => {
    const controller = new AbortController();
    const module = moduleOf('if (task === 1) parentPort.postMessage(task);');
    const run = inWorkers([1, 2], { module, threads: 1, signal: controller.signal }, () => {
      setImmediate(() => controller.abort(new RangeError('enough')));
    });
    await expect(run).rejects.toThrow(RangeError);
  });
});
