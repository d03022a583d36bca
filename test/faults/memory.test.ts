import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Client, describeAnswer } from './harness/client.ts';
import { knownSentences } from './harness/collection.ts';
import { type Product, startProduct } from './harness/product.ts';

/** Until caches are filled and code is compiled. */
const WARM_UP = 700;
const REQUESTS = 2000;
const CLIENTS = 4;
/** Memory after the requests, in terms of that before. */
const MOST_GROWTH = { heap: 1.1, resident: 1.3 } as const;

let product: Product;

beforeAll(async () => {
  product = await startProduct(inject('indexes').small, {
    preload: join(import.meta.dirname, 'harness/collected-heap.ts'),
  });
});
afterAll(() => product.stop());

describe('memory', () => {
  it(`does not grow with searches: ${REQUESTS} of them`, async () => {
    const sentences = knownSentences(inject('seed'));
    await product.fullAnswer(sentences());
    await ask(WARM_UP, sentences);
    const before = await held();
    await ask(REQUESTS / 2, sentences);
    const halfway = await held();
    await ask(REQUESTS / 2, sentences);
    const after = await held();
    const megabytes = (of: 'heap' | 'resident') =>
      [before, halfway, after].map((one) => (one[of] / 2 ** 20).toFixed(0)).join(', ');
    console.log(`MB before, halfway, after: heap ${megabytes('heap')}; resident ${megabytes('resident')}`);
    expect(after.heap / before.heap).toBeLessThan(MOST_GROWTH.heap);
    // All processes: there the heap of workerd counts, and garbage that has not been collected.
    expect(after.resident / before.resident).toBeLessThan(MOST_GROWTH.resident);
  });

  /** Bytes that the main process needs, and that all processes have. */
  async function held(): Promise<{ readonly heap: number; readonly resident: number }> {
    const { child } = product.command;
    const answer = once(child, 'message');
    child.send('collect');
    const [heap] = await answer;
    return { heap: Number(heap), resident: product.memory() };
  }

  async function ask(count: number, sentences: () => string): Promise<void> {
    let left = count;
    const caller = async (): Promise<void> => {
      const client = new Client(product.url);
      while (left-- > 0) {
        const answer = await client.ask(sentences());
        // A busy machine makes some rankings late.
        if (answer.status !== 200) expect.fail(describeAnswer(answer));
      }
      client.close();
    };
    await Promise.all(Array.from({ length: CLIENTS }, caller));
  }
});
