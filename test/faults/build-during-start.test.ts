import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { startCommandProcess } from '../support/command-process.ts';
import { runGsmn } from '../support/run-gsmn.ts';
import { Client, outlineOf } from './harness/client.ts';
import { knownSentences } from './harness/collection.ts';
import { buildParameters, copyIndex } from './harness/indexes.ts';
import { complaintsAbout, describeLoad, runLoad } from './harness/load.ts';
import { type Product, startProduct } from './harness/product.ts';

const indexes = inject('indexes');
const { data, small, generations } = indexes;
let product: Product | undefined;

afterEach(() => product?.destroy());

describe('gsmn index build and gsmn start on the same index', () => {
  it('in turn: the build during the start leaves every answer full, and the new generation is served at the end', async () => {
    const index = copyIndex(indexes, small);
    const running = await startProduct(index);
    product = running;
    const sentences = knownSentences(inject('seed'));
    await running.fullAnswer(sentences());

    const served: string[] = [];
    const end = new AbortController();
    const load = runLoad(running.url, {
      clients: 1,
      sentences,
      until: end.signal,
      onAnswer: (answer) => {
        if (answer.status === 200) served.push(outlineOf(answer).generation);
      },
    });
    const built = await runGsmn(buildParameters(data, index, 'test'));
    expect(built.code, built.stderr).toBe(0);
    const client = new Client(running.url);
    await vi.waitFor(
      async () => expect(outlineOf(await client.ask(sentences())).generation).toBe(generations.test),
      { timeout: 30_000, interval: 200 },
    );
    end.abort();
    const report = await load;
    console.log(describeLoad(report));
    expect(complaintsAbout(report)).toEqual([]);
    // One switch, and none back.
    expect([...new Set(served)]).toEqual([generations.dev, generations.test]);
    expect(served.lastIndexOf(generations.dev)).toBeLessThan(served.indexOf(generations.test));

    // It stays so when the build's process has long ended.
    for (let count = 0; count < 20; count++) {
      const answer = await client.ask(sentences());
      expect([answer.full, outlineOf(answer).generation]).toEqual([true, generations.test]);
    }
    client.close();
    await running.stop();
  });

  it('in turn: the start during the build answers in full while it runs and when it has ended', async () => {
    const index = copyIndex(indexes, small);
    const build = startCommandProcess(buildParameters(data, index, 'test'));
    let ended = false;
    void build.ended.then(() => {
      ended = true;
    });
    // From here on the build uses the database of the index.
    await vi.waitFor(() => expect(build.stderr()).toContain('encode images'), {
      timeout: 60_000,
      interval: 20,
    });
    const running = await startProduct(index);
    product = running;
    const sentences = knownSentences(inject('seed') + 1);
    await running.fullAnswer(sentences());
    expect(ended, 'the build ended before anything could be seen').toBe(false);
    const report = await runLoad(running.url, {
      clients: 1,
      sentences,
      until: after(build.ended, 3000),
    });
    console.log(describeLoad(report));
    expect(await build.ended, build.stderr()).toBe(0);
    expect(complaintsAbout(report)).toEqual([]);
    await vi.waitFor(
      async () => expect(outlineOf(await running.fullAnswer(sentences())).generation).toBe(generations.test),
      { timeout: 30_000, interval: 200 },
    );
    await running.stop();
  });
});

/**
 * Aborted some time after something has happened, or after two minutes. One controller, held by its timers: what
 * `AbortSignal.any` combines may be collected before it aborts.
 */
function after(event: Promise<unknown>, milliseconds: number): AbortSignal {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const limit = setTimeout(abort, 120_000);
  void event.then(() => {
    clearTimeout(limit);
    setTimeout(abort, milliseconds);
  });
  return controller.signal;
}
