import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import { runGsmn } from '../support/run-gsmn.ts';
import { type Answer, outlineOf } from './harness/client.ts';
import { knownSentences } from './harness/collection.ts';
import { copyIndex } from './harness/indexes.ts';
import { complaintsAbout, describeLoad, runLoad } from './harness/load.ts';
import { type Product, startProduct } from './harness/product.ts';

const SWITCHES = 6;
const CLIENTS = 4;

const indexes = inject('indexes');
const { small, generations } = indexes;
let product: Product | undefined;

afterEach(() => product?.destroy());

/** Names of images say which split they are of, and a generation has one. */
function isMixed(answer: Answer): boolean {
  const { generation, hits } = outlineOf(answer);
  const split = generation === generations.dev ? 'dev/' : 'train/';
  return hits.length === 0 || hits.some(({ image }) => !image.name.startsWith(split));
}

describe('activations under load', () => {
  it(`fail no search and mix no generations: ${SWITCHES} switches, ${CLIENTS} clients`, async () => {
    const index = copyIndex(indexes, small);
    const running = await startProduct(index);
    product = running;
    const sentences = knownSentences(inject('seed'));
    await running.fullAnswer(sentences());

    const served = new Map<string, number>();
    const mixed: string[] = [];
    const end = new AbortController();
    const load = runLoad(running.url, {
      clients: CLIENTS,
      sentences,
      until: end.signal,
      onAnswer: (answer) => {
        if (answer.status !== 200) return;
        const { generation } = outlineOf(answer);
        served.set(generation, (served.get(generation) ?? 0) + 1);
        if (isMixed(answer)) mixed.push(answer.text);
      },
    });
    for (let count = 0; count < SWITCHES; count++) {
      const id = count % 2 === 0 ? generations.train : generations.dev;
      const before = served.get(id) ?? 0;
      const { code, stderr } = await runGsmn(['index', 'activate', id, '--index', index]);
      expect(code, stderr).toBe(0);
      // The reranker looks once a second; the next switch would hide this one from it.
      await vi.waitFor(() => expect(served.get(id) ?? 0).toBeGreaterThan(before), {
        timeout: 60_000,
        interval: 50,
      });
    }
    end.abort();
    const report = await load;
    console.log(describeLoad(report));
    expect(mixed).toEqual([]);
    expect(complaintsAbout(report)).toEqual([]);
    await running.stop();
  });
});
