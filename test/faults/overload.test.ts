import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { knownSentences } from './harness/collection.ts';
import { describeLoad, type LoadReport, quantile, runLoad } from './harness/load.ts';
import { type Product, startProduct } from './harness/product.ts';

const FEW = 8;
const MANY = 64;
const QUIET_SECONDS = 10;
const LOAD_SECONDS = 30;
/** Share of the rate of full answers to few clients that many clients must get. */
const LEAST_SHARE = 0.8;
/** The first full answer comes within 2 s after the load; where one search is slow, within this many times its time. */
const RECOVERY = { milliseconds: 2000, searches: 20 } as const;

let product: Product;

beforeAll(async () => {
  product = await startProduct(inject('indexes').large);
});
afterAll(() => product.stop());

describe(`${MANY} clients`, () => {
  const sentences = knownSentences(inject('seed'));
  const load = (clients: number, seconds: number): Promise<LoadReport> =>
    runLoad(product.url, { clients, sentences, until: AbortSignal.timeout(1000 * seconds) });

  it('get as many full answers as few clients, are refused in order, and leave a service that answers in full', async () => {
    await product.fullAnswer(sentences());
    await load(FEW, 3);
    const few = await load(FEW, QUIET_SECONDS);
    const many = await load(MANY, LOAD_SECONDS);
    const ended = performance.now();
    await product.fullAnswer(sentences());
    const recovery = performance.now() - ended;
    // The machine may have become busier since: the slower time with few clients counts.
    const again = await load(FEW, QUIET_SECONDS);
    console.log(`${FEW} clients: ${describeLoad(few)}`);
    console.log(`${MANY} clients: ${describeLoad(many)}`);
    console.log(`${FEW} clients, again: ${describeLoad(again)}`);
    console.log(`full again after ${recovery.toFixed(0)} ms`);

    expect.soft(many.lost).toEqual([]);
    expect.soft(few.refused).toEqual([]);
    const rate = ({ full, seconds }: LoadReport): number => full / seconds;
    const share = rate(many) / Math.min(rate(few), rate(again));
    expect.soft(share, 'rate of full answers').toBeGreaterThan(LEAST_SHARE);

    const unavailable = many.refused.filter(({ status }) => status === 503);
    expect.soft(unavailable.filter(({ retryAfter }) => retryAfter === undefined)).toEqual([]);
    // Lines reach us through a pipe.
    await wait(500);
    const log = product.command.stderr();
    const failed = many.refused.filter(({ status }) => status >= 500);
    expect.soft(failed.filter(({ requestId }) => requestId === '' || !log.includes(requestId))).toEqual([]);

    const limit = Math.max(RECOVERY.milliseconds, RECOVERY.searches * quantile(few.times, 0.5));
    expect.soft(recovery, 'milliseconds until the first full answer').toBeLessThan(limit);
  });
});
