import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { seededRandom } from '../support/random.ts';
import { askAndLeave, type Leave } from './harness/abandoning-client.ts';
import { Client, describeAnswer } from './harness/client.ts';
import { knownSentences } from './harness/collection.ts';
import { quantile } from './harness/load.ts';
import { type Product, startProduct } from './harness/product.ts';
import { rerankCounts } from './harness/rerank-service.ts';

const LEAVERS = 200;
/** They leave within this many times the time of a search after their request: some wait in queues, some are being ranked. */
const STAY = 3;
/** Images that a search compares: the shortlist of the built-in model. */
const SHORTLIST = 1000;
/** Comparing has ended if nothing was compared for this long: longer than a search may wait for its turn. */
const STILL_MS = 3000;
/** A normal search is full within this time: at once after broken connections, when comparing has ended after others. */
const RECOVERY_SECONDS = 2;
/** Searches before and after, of which the medians are compared. */
const SEARCHES = 15;
const MOST_SLOWDOWN = 3;

const seed = inject('seed');
let product: Product;

beforeEach(async () => {
  product = await startProduct(inject('indexes').large);
});
afterEach(() => product.destroy());

describe(`${LEAVERS} callers that leave without waiting`, () => {
  /**
   * workerd tells the worker about a broken connection. It does not notice an orderly end before it writes the answer, so such
   * searches go on until they are done or late: what is computed is only asserted for the former.
   */
  it.each<Leave>(['RST', 'FIN'])('by %s do not keep the service busy', async (leave) => {
    const sentences = knownSentences(seed);
    const random = seededRandom(seed);
    await product.fullAnswer(sentences());
    const before = await medianTime(sentences);
    const { pairs: start } = await rerankCounts(product);

    const left = Array.from({ length: LEAVERS }, () =>
      askAndLeave(product.url, sentences(), leave, STAY * before * random()),
    );
    await Promise.all(left);
    if (leave === 'RST') await product.fullAnswer(sentences(), RECOVERY_SECONDS);
    const stillness = await untilStill();
    const pairs = stillness.pairs - start;
    console.log(
      `${leave}: ${pairs} of ${LEAVERS * SHORTLIST} pairs, still after ${stillness.milliseconds.toFixed(0)} ms`,
    );
    await product.fullAnswer(sentences(), RECOVERY_SECONDS);
    const after = await medianTime(sentences);
    console.log(`${leave}: a search takes ${before.toFixed(0)} ms before, ${after.toFixed(0)} ms after`);
    if (leave === 'RST') expect(pairs).toBeLessThanOrEqual(0.5 * LEAVERS * SHORTLIST);
    // All of them one after another would take this long.
    expect(stillness.milliseconds).toBeLessThan(Math.max(2 * STILL_MS, LEAVERS * before));
    expect(after / before).toBeLessThan(MOST_SLOWDOWN);
    await product.stop();
  });

  /** Median milliseconds of searches one after another, each of which must be full. */
  async function medianTime(sentences: () => string): Promise<number> {
    const client = new Client(product.url);
    const times: number[] = [];
    for (let count = 0; count < SEARCHES; count++) {
      const answer = await client.ask(sentences());
      expect(answer.full, describeAnswer(answer)).toBe(true);
      times.push(answer.milliseconds);
    }
    client.close();
    return quantile(
      times.toSorted((a, b) => a - b),
      0.5,
    );
  }

  /** Waits until nothing is compared any more; the time without the wait that shows it. */
  async function untilStill(): Promise<{ readonly pairs: number; readonly milliseconds: number }> {
    const began = performance.now();
    let [pairs, since] = [-1, began];
    for (;;) {
      const now = (await rerankCounts(product)).pairs;
      if (now !== pairs) [pairs, since] = [now, performance.now()];
      else if (performance.now() - since > STILL_MS) return { pairs, milliseconds: since - began };
      await wait(50);
    }
  }
});
