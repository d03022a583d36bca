import { Hono } from 'hono';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './axe.ts';
import { screenshot } from './browser.ts';
import { type OpenPage, type Site, startSite } from './site.ts';
import { listen } from './upstreams.ts';

let site: Site;
let host: { readonly url: string; close(): Promise<void> };
let opened: OpenPage;

/** A page in the language of its path, which is that of nothing inside it. */
function hostPage(service: string): Hono {
  return new Hono().get('/:lang', (c) => {
    const lang = c.req.param('lang');
    return c.html(`<!doctype html><html lang="${lang}" dir="${lang === 'ar' ? 'rtl' : 'ltr'}"><head><title>Host</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width"><script type="module" src="${service}/widget.js"></script></head>
<body><main><h1>Host</h1><gsmn-search></gsmn-search></main></body></html>`);
  });
}

beforeAll(async () => {
  site = await startSite();
  host = await listen(hostPage(site.url));
});
afterAll(async () => {
  await host.close();
  await site.close();
});
afterEach(async () => {
  expect(opened.faults).toEqual([]);
  await opened.page.context().close();
});

async function open(lang: string, options?: Parameters<Site['open']>[1]): Promise<Page> {
  opened = await site.open(`${host.url}/${lang}`, options);
  return opened.page;
}

async function search(page: Page, text: string): Promise<void> {
  await page.getByRole('combobox').fill(text);
  await page.getByRole('combobox').press('Enter');
  await page.locator('.card img.shown').first().waitFor();
}

const status = (page: Page) => page.getByRole('status').innerText();

describe('the language of the widget', () => {
  it('is that of the page, its own, or that of the texts which the page gives', async () => {
    const page = await open('de-AT');
    await page.getByRole('heading', { name: 'Wer tut was, und womit?' }).waitFor();
    await search(page, 'a house');
    expect(await status(page)).toBe('20 Bilder für „a house“.');
    const change = (changes: Record<string, unknown>) =>
      page.evaluate((values) => {
        Object.assign(document.querySelector('gsmn-search') ?? {}, values);
      }, changes);
    await change({ lang: 'en' });
    await expect.poll(() => status(page)).toBe('20 images for “a house”.');
    expect(await page.getByRole('combobox').inputValue()).toBe('a house');
    await change({
      lang: 'fr',
      texts: { Search: 'Chercher', '1 image|{n} images': { one: '{n} image', other: '{n} images !' } },
    });
    await page.getByRole('button', { name: 'Chercher' }).waitFor();
    expect(await status(page)).toBe('20 images ! for “a house”.');
    // Not known here, and no tag at all: English, with the numbers of English.
    await change({ texts: null, lang: 'not a tag' });
    await page.getByRole('button', { name: 'Search' }).waitFor();
    expect(await page.locator('.root').getAttribute('lang')).toBe('en');
  });

  it('runs from right to left, and so do its arrow keys', async () => {
    const page = await open('ar', { viewport: { width: 900, height: 800 }, reducedMotion: 'reduce' });
    await page.getByRole('button', { name: 'بحث' }).waitFor();
    await search(page, 'a house');
    expect(await status(page)).toContain('20 صورة');
    const places = await page
      .locator('.card')
      .evaluateAll((cards) => cards.slice(0, 2).map((card) => card.getBoundingClientRect().left));
    expect(places[0]).toBeGreaterThan(places[1] ?? Number.POSITIVE_INFINITY);
    await page.getByRole('combobox').press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    await expect
      .poll(() =>
        page
          .locator('.card')
          .nth(1)
          .evaluate((card) => card.matches(':focus')),
      )
      .toBe(true);
    await expectAccessible(page);
    await screenshot(page, 'arabic');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.locator('.canvas img.shown').first().waitFor();
    await screenshot(page, 'arabic-image');
    await page.keyboard.press('ArrowLeft');
    await expect
      .poll(() => page.locator('.place').innerText())
      .toBe(`${(3).toLocaleString('ar')} من ${(20).toLocaleString('ar')}`);
  });

  it('stays English, with a warning, where its texts cannot be fetched', async () => {
    const page = await open('en');
    const warnings: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'warning') warnings.push(message.text());
    });
    await page.route('**/texts/de.json', (route) => route.abort());
    await page.evaluate(() => document.querySelector('gsmn-search')?.setAttribute('lang', 'de'));
    await expect.poll(() => warnings.length).toBe(1);
    expect(warnings[0]).toContain('texts in de');
    expect(await page.getByRole('button', { name: 'Search' }).count()).toBe(1);
  });
});
