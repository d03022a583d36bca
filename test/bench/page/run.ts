import process from 'node:process';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { AppError } from '../../../shared/errors/index.ts';
import { searchResponseSchema } from '../../../shared/schema/index.ts';
import { startBrowser } from '../../e2e/browser.ts';
import { startSite } from '../../e2e/site.ts';
import { machine, quantile } from '../statistics.ts';
import { startCompressed } from './compressed.ts';
import { type Slowness, type Visit, visit } from './visit.ts';

/** A phone on a slow mobile network, as Lighthouse simulates one. */
const PHONE: Slowness = { latencyMs: 150, down: 1_638_400, up: 675_000, cpu: 4 };
const QUERY = 'the sun over a house';

/**
 * Visits the page of the search as a phone on a slow network does: with an empty cache, at its start and with a query in the address. By
 * default services that answer at once stand behind the edge worker, and texts are compressed as a CDN does it, so that the page itself
 * is measured; `--url http://127.0.0.1:8787 --query TEXT` measures a running service as it is. `--rounds 5`
 *
 * @throws AppError `argument_invalid`; `internal` when the page does not show what the service answers
 */
export async function run(args: readonly string[]): Promise<void> {
  const { url, query, rounds } = options(args);
  const own = url === undefined ? await startOwn() : undefined;
  const browser = await startBrowser();
  try {
    const start = new URL(url ?? own?.url ?? '');
    const results = new URL(start);
    results.searchParams.set('q', query);
    await check(browser, results, query);
    const visits = { start: [] as Visit[], results: [] as Visit[] };
    for (let round = 0; round < rounds; round++) {
      visits.start.push(await visit(browser, start, query, PHONE));
      visits.results.push(await visit(browser, results, query, PHONE));
    }
    report(visits, rounds);
  } finally {
    await browser.close();
    await own?.close();
  }
}

function options(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: 'string' },
      query: { type: 'string', default: QUERY },
      rounds: { type: 'string', default: '5' },
    },
  });
  const { url, query } = values;
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100)
    throw new AppError(
      'argument_invalid',
      `--rounds: "${values.rounds}" is not a whole number from 1 to 100`,
    );
  if (url !== undefined && !URL.canParse(url))
    throw new AppError('argument_invalid', `--url: "${url}" is not an address`);
  return { url, query, rounds };
}

async function startOwn(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const site = await startSite();
  const front = await startCompressed(site.url);
  return {
    url: front.url,
    async close() {
      await front.close();
      await site.close();
    },
  };
}

/** The page must show the hits of the service, in their order. */
async function check(browser: Browser, page: URL, query: string): Promise<void> {
  const asked = new URL('/v1/search', page);
  asked.searchParams.set('q', query);
  const answer = searchResponseSchema.parse(await (await fetch(asked)).json());
  const expected = answer.hits.map(({ image }) => image.url && new URL(image.url, page).href);
  const context = await browser.newContext();
  const shown = await context.newPage();
  await shown.goto(page.href);
  await shown
    .locator('.results[aria-busy=false] .card')
    .nth(answer.hits.length - 1)
    .waitFor();
  const found = await shown
    .locator('.card img')
    .evaluateAll((all) => all.map((one) => (one as HTMLImageElement).src));
  await context.close();
  if (answer.hits.length === 0 || JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new AppError(
      'internal',
      `the page shows ${found.length} images that are not the answer for "${query}"`,
      {
        hint: 'name a query that finds images, or wait until the index is not replaced any more',
      },
    );
  }
}

function report(visits: Readonly<Record<'start' | 'results', readonly Visit[]>>, rounds: number): void {
  const lines: [string, (visit: Visit) => number, number][] = [
    ['first contentful paint (ms)', (one) => one.firstContentfulPaint, 0],
    ['largest contentful paint (ms)', (one) => one.largestContentfulPaint, 0],
    ['first result (ms)', (one) => one.firstResult, 0],
    ['layout shift', (one) => one.layoutShift, 3],
    ['long tasks beyond 50 ms (ms)', (one) => one.blocked, 0],
    ['requests', (one) => one.requests, 0],
    ...['Document', 'Stylesheet', 'Script', 'Fetch', 'Image'].map(
      (type) =>
        [`${type} (kB)`, (one: Visit) => (one.bytes[type] ?? 0) / 1000, 1] satisfies [
          string,
          (visit: Visit) => number,
          number,
        ],
    ),
  ];
  const cell = (of: readonly Visit[], value: (visit: Visit) => number, digits: number): string => {
    const values = of.map(value);
    const [low, middle, high] = [0, 0.5, 1].map((q) => quantile(values, q).toFixed(digits));
    return `${middle} (${low} to ${high})`.padStart(26);
  };
  const rows = lines.map(
    ([name, value, digits]) =>
      `${name.padEnd(32)}${cell(visits.start, value, digits)}${cell(visits.results, value, digits)}\n`,
  );
  process.stdout.write(
    `${machine()}; ${rounds} visits each, median (least to most)
phone of 412 × 823, empty cache, ${PHONE.latencyMs} ms, ${PHONE.down / 1e6} Mbit/s down, processor ${PHONE.cpu} times slower

${''.padEnd(32)}${'/, then a query'.padStart(26)}${'/?q=…'.padStart(26)}
${rows.join('')}`,
  );
}
