import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { runGsmn } from '../support/run-gsmn.ts';
import { outlineOf } from './harness/client.ts';
import { knownSentences } from './harness/collection.ts';
import { copyIndex } from './harness/indexes.ts';
import { complaintsAbout, describeLoad, runLoad } from './harness/load.ts';
import { type Product, startProduct } from './harness/product.ts';

const DAY_MS = 86_400_000;
/** Forward, back behind the start, and home. */
const OFFSETS_MS = [DAY_MS, -2 * DAY_MS, 400 * DAY_MS, 0];

const indexes = inject('indexes');
const { small, generations } = indexes;
let product: Product | undefined;

afterEach(() => product?.destroy());

/**
 * The clock of `gsmn start` with the reranker and the vector database. workerd has its own, which cannot be set from here; the
 * circuit there reads the monotonic clock, as its unit test shows.
 */
describe('the wall clock, set while searches run', () => {
  it('changes no answer, and activations are still noticed', async () => {
    const index = copyIndex(indexes, small);
    const running = await startProduct(index, {
      preload: join(import.meta.dirname, 'harness/shifted-clock.ts'),
    });
    product = running;
    const sentences = knownSentences(inject('seed'));
    await running.fullAnswer(sentences());

    const end = new AbortController();
    const load = runLoad(running.url, { clients: 2, sentences, until: end.signal });
    const { child } = running.command;
    for (const [at, offset] of OFFSETS_MS.entries()) {
      const answer = once(child, 'message');
      child.send(offset);
      const [shown] = await answer;
      expect(Math.abs(Number(shown) - Date.now() - offset)).toBeLessThan(DAY_MS / 2);
      await wait(1000);
      const id = at % 2 === 0 ? generations.train : generations.dev;
      const { code, stderr } = await runGsmn(['index', 'activate', id, '--index', index]);
      expect(code, stderr).toBe(0);
      await expect
        .poll(() => running.fullAnswer(sentences()).then((full) => outlineOf(full).generation), {
          timeout: 20_000,
        })
        .toBe(id);
    }
    end.abort();
    const report = await load;
    console.log(describeLoad(report));
    expect(complaintsAbout(report)).toEqual([]);
    await running.stop();
  });
});
