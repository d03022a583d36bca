import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OpenPage, type Site, startSite } from './site.ts';

let site: Site;
let opened: OpenPage;
let page: Page;
/** The filters that the widget asked for. */
let asked: (string | null)[];

beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());
beforeEach(async () => {
  opened = await site.open('/', { reducedMotion: 'reduce' });
  page = opened.page;
  asked = [];
  // The fields of an index are tested elsewhere: here every filter leaves three hits.
  await page.route(/\/v1\/search\?/, async (route) => {
    const address = new URL(route.request().url());
    const filter = address.searchParams.get('filter');
    asked.push(filter);
    address.searchParams.delete('filter');
    const response = await route.fetch({
      url: address.href,
      headers: { ...route.request().headers(), accept: 'application/json' },
    });
    const answer = (await response.json()) as { hits: unknown[] };
    await route.fulfill({
      response,
      json: { ...answer, hits: answer.hits.slice(0, filter === null ? 20 : 3) },
    });
  });
});
afterEach(async () => {
  await page.unrouteAll({ behavior: 'wait' });
  expect(opened.faults).toEqual([]);
  await page.context().close();
});

const setFilter = (filter: string | null) =>
  page.evaluate((value) => {
    (document.querySelector('gsmn-search') as HTMLElement & { filter: string | null }).filter = value;
  }, filter);
const cards = () => page.locator('.card').count();

describe('the filter of the widget', () => {
  it('goes with every search, and searches again when it changes', async () => {
    await setFilter('year>=2019');
    // Nothing was searched for yet.
    expect(asked).toEqual([]);
    await page.getByRole('combobox').fill('a house');
    await page.keyboard.press('Enter');
    await expect.poll(cards, { timeout: 20_000 }).toBe(3);
    await setFilter(null);
    await expect.poll(cards, { timeout: 20_000 }).toBe(20);
    expect(await page.locator('gsmn-search').getAttribute('filter')).toBeNull();
    await setFilter('place:"Rome"');
    await expect.poll(cards, { timeout: 20_000 }).toBe(3);
    // The same again is no change.
    await setFilter('place:"Rome"');
    await page.getByRole('combobox').fill('a tree');
    await page.keyboard.press('Enter');
    await expect.poll(() => asked.length, { timeout: 20_000 }).toBe(4);
    expect(asked).toEqual(['year>=2019', null, 'place:"Rome"', 'place:"Rome"']);
  });
});
