import { Hono } from 'hono';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectAccessible } from './axe.ts';
import { screenshot } from './browser.ts';
import { type OpenPage, type Site, startSite } from './site.ts';
import { listen } from './upstreams.ts';

type Widget = HTMLElement & Record<string, unknown>;

let site: Site;
let host: { readonly url: string; close(): Promise<void> };
let opened: OpenPage;
let asked: URL[];

/** A page of another site: two widgets in one fragment, a base address elsewhere, and the strictest policy, with trusted types. */
function hostPage(service: string): Hono {
  const policy = `default-src 'none'; script-src ${service} 'nonce-x'; connect-src ${service}; img-src ${service} data:; style-src 'nonce-x'; base-uri *; require-trusted-types-for 'script'; trusted-types 'none'`;
  return new Hono().get('/*', (c) =>
    c.html(
      `<!doctype html><html lang="en"><head><title>Host</title><meta name="viewport" content="width=device-width, initial-scale=1">
<base href="https://elsewhere.example/"><link rel="icon" href="data:,"><style nonce="x">:root { color-scheme: light dark }</style>
<script nonce="x">
// What a page may do before the script is there.
addEventListener('DOMContentLoaded', () => {
  const early = document.querySelector('#one');
  early.facets = 'place';
  early.limit = 5;
});
</script>
<script type="module" src="${service}/widget.js"></script></head>
<body><main><h1>Host</h1>
<gsmn-search id="one" label="Prints" router="hash" examples=""><label slot="controls"><input type="checkbox"> Our own</label></gsmn-search>
<gsmn-search id="two" label="Books" router="hash" url-parameter="find" query="a tree"></gsmn-search>
<p id="place">A place in the page</p></main></body></html>`,
      200,
      { 'content-security-policy': policy },
    ),
  );
}

beforeAll(async () => {
  site = await startSite();
  host = await listen(hostPage(site.url));
});
afterAll(async () => {
  await host.close();
  await site.close();
});
beforeEach(() => {
  asked = [];
});
afterEach(async () => {
  await opened.page.unrouteAll({ behavior: 'ignoreErrors' });
  expect(opened.faults).toEqual([]);
  await opened.page.context().close();
});

async function open(path: string, options?: Parameters<Site['open']>[1]): Promise<Page> {
  opened = await site.open('/healthz', options);
  const { page } = opened;
  // The fields of an index are tested elsewhere: here every image is in Rome or Oslo.
  await page.route(/\/v1\/search\?/, async (route) => {
    const address = new URL(route.request().url());
    asked.push(new URL(address));
    const facets = address.searchParams.has('facets')
      ? {
          place: [
            { value: 'Rome', count: 1234 },
            { value: 'Oslo', count: 2 },
          ],
        }
      : undefined;
    for (const name of ['filter', 'facets']) address.searchParams.delete(name);
    const headers = { ...route.request().headers(), accept: 'application/json' };
    const response = await route.fetch({ url: address.href, headers });
    await route.fulfill({ response, json: { ...((await response.json()) as object), facets } });
  });
  await page.goto(host.url + path);
  return page;
}

const widget = (page: Page, name: string) => page.locator(`#${name}`);
const change = (page: Page, name: string, changes: object) =>
  page.evaluate(
    ([id, values]) => {
      Object.assign(document.getElementById(id) ?? {}, values);
    },
    [name, changes] as const,
  );
const query = (id: 'q' | 'filter' | 'limit') => asked.map(({ searchParams }) => searchParams.get(id));
const settled = (page: Page) => page.waitForTimeout(600);

async function search(page: Page, name: string, text: string): Promise<void> {
  await widget(page, name).getByRole('combobox').fill(text);
  await widget(page, name).getByRole('combobox').press('Enter');
  await widget(page, name).getByRole('status').getByText(`“${text}”`).waitFor({ state: 'attached' });
}

describe('attributes and properties', () => {
  it('may change at any time, with one search for each real change', async () => {
    const page = await open('/');
    await widget(page, 'two').locator('.card').first().waitFor();
    await search(page, 'one', 'a house');
    expect(query('q')).toEqual(expect.arrayContaining(['a tree', 'a house']));
    expect(query('limit').at(-1)).toBe('5');
    asked = [];
    await page.evaluate(() => {
      const one = document.querySelector('#one') as Widget;
      one.query = 'a ball';
      one.filter = 'year>=2019';
      one.limit = 7;
      one.limit = 6;
    });
    await expect.poll(() => widget(page, 'one').locator('.card').count(), { timeout: 15_000 }).toBe(6);
    await change(page, 'one', { query: 'a ball', filter: 'year>=2019', limit: 6 });
    // While a search runs: only the last one is shown.
    await change(page, 'one', { query: 'a slow house' });
    await change(page, 'one', { query: 'a tree' });
    await widget(page, 'one').getByRole('status').getByText('“a tree”').waitFor({ state: 'attached' });
    await settled(page);
    expect(query('q')).toEqual(['a ball', 'a slow house', 'a tree']);
    expect(query('filter')).toEqual(Array(3).fill('year>=2019'));
    // Before it is in a page.
    asked = [];
    await page.evaluate(() => {
      const late = document.createElement('gsmn-search') as Widget;
      late.query = 'a ball';
      late.filter = 'x:1';
      document.querySelector('main')?.append(late);
    });
    await page.locator('gsmn-search').nth(2).locator('.card').first().waitFor();
    expect([query('q'), query('filter')]).toEqual([['a ball'], ['x:1']]);
  });
});

describe('two widgets in one fragment', () => {
  it('keep each its own query, and leave the page its links, its base address and its path', async () => {
    const page = await open('/shop#find=a+tree');
    await search(page, 'one', 'a house');
    expect(page.url()).toBe(`${host.url}/shop#find=a+tree&q=a+house`);
    await search(page, 'two', 'a ball');
    await page.evaluate(() => {
      location.hash = 'place';
    });
    await settled(page);
    expect(await widget(page, 'one').getByRole('combobox').inputValue()).toBe('a house');
    await page.goBack();
    await page.goBack();
    await expect
      .poll(() => widget(page, 'two').getByRole('combobox').inputValue(), { timeout: 15_000 })
      .toBe('a tree');
    expect(await widget(page, 'one').getByRole('combobox').inputValue()).toBe('a house');
    await widget(page, 'two').getByRole('status').getByText('“a tree”').waitFor({ state: 'attached' });
    // A pause in typing may have searched before Enter did.
    const queries = query('q').filter((text, index, all) => text !== all[index - 1]);
    expect(queries).toEqual(['a tree', 'a house', 'a ball', 'a tree']);
  });

  it('have a router of the site’s own', async () => {
    const page = await open('/');
    await page.evaluate(() => {
      const log: string[] = [];
      Object.assign(globalThis, { log });
      (document.querySelector('#one') as Widget).router = {
        read: () => log.at(-1) ?? '',
        write: (text: string) => log.push(text),
        listen: () => () => {},
      };
    });
    await search(page, 'one', 'a house');
    expect(await page.evaluate(() => (globalThis as unknown as { log: string[] }).log)).toEqual(['a house']);
    expect(page.url()).not.toContain('house');
  });
});

describe('facets', () => {
  it('are buttons that set the filter, beside the site’s own controls', async () => {
    const page = await open('/', { colorScheme: 'dark' });
    await change(page, 'one', { filter: 'year>=2019' });
    await search(page, 'one', 'a house');
    await page.getByText('Our own').waitFor();
    const rome = widget(page, 'one').getByRole('button', { name: 'Rome 1,234' });
    await rome.focus();
    await page.keyboard.press('Enter');
    await expect
      .poll(() => query('filter').at(-1), { timeout: 15_000 })
      .toBe('(year>=2019) AND place:"Rome"');
    await expect.poll(() => rome.getAttribute('aria-pressed'), { timeout: 15_000 }).toBe('true');
    await expect
      .poll(() => rome.evaluate((button) => button.matches(':focus')), { timeout: 15_000 })
      .toBe(true);
    await screenshot(page, 'facets');
    await rome.click();
    await expect.poll(() => query('filter').at(-1), { timeout: 15_000 }).toBe('year>=2019');
    expect(await widget(page, 'two').getByRole('button', { name: 'Rome' }).count()).toBe(0);
  });
});

describe('under every setting of a reader', () => {
  it.each([
    ['forced-colors', { forcedColors: 'active', viewport: { width: 1000, height: 800 } }],
    ['zoom-400', { viewport: { width: 320, height: 256 } }],
    ['phone', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
  ] as const)('is accessible: %s', async (name, options) => {
    // Cards that fade in while axe looks have too little contrast.
    const page = await open('/', { ...options, reducedMotion: 'reduce' });
    await search(page, 'one', 'a house');
    await widget(page, 'one').locator('.card img.shown').first().waitFor();
    await screenshot(page, name);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    ).toBeLessThanOrEqual(0);
    await expectAccessible(page);
  });
});
