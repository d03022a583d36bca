import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type OpenPage, type Site, startSite } from './site.ts';

let site: Site;
let opened: OpenPage;

async function open(path: string): Promise<Page> {
  opened = await site.open(path);
  return opened.page;
}

const found = (page: Page, query: string) =>
  page.waitForFunction(
    (text) =>
      document
        .querySelector('gsmn-search')
        ?.shadowRoot?.querySelector('[role=status]')
        ?.textContent?.includes(text),
    `“${query}”`,
  );
const search = async (page: Page, text: string) => {
  await page.getByRole('combobox').fill(text);
  await page.getByRole('combobox').press('Enter');
  await found(page, text);
};
const query = (page: Page) => new URL(page.url()).searchParams.get('q');

beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());
afterEach(async () => {
  expect(opened.faults).toEqual([]);
  await opened.page.context().close();
});

describe('the address', () => {
  it('has the query, and back and forward go through the queries', async () => {
    const page = await open('/');
    await search(page, 'a house');
    expect(query(page)).toBe('a house');
    await search(page, 'a tree');
    await page.goBack();
    await found(page, 'a house');
    expect(await page.getByRole('combobox').inputValue()).toBe('a house');
    await page.goForward();
    await found(page, 'a tree');
    await page.goBack();
    await page.goBack();
    await page.getByRole('heading', { name: 'Who does what' }).waitFor();
    expect(await page.getByRole('combobox').inputValue()).toBe('');
    expect(query(page)).toBeNull();
  });

  it('is read at the start, and keeps its other parameters', async () => {
    const page = await open('/?theme=x&q=a+ball#top');
    await found(page, 'a ball');
    await search(page, 'a tree');
    expect(page.url()).toBe(`${site.url}/?theme=x&q=a+tree#top`);
  });

  it('gets one entry for a sentence, however often the typing paused', async () => {
    const page = await open('/');
    await search(page, 'a house');
    await page.getByRole('combobox').fill('a ball');
    await found(page, 'a ball');
    await page.getByRole('combobox').fill('a ball under');
    await found(page, 'a ball under');
    await page.getByRole('combobox').press('Enter');
    expect(query(page)).toBe('a ball under');
    await page.goBack();
    await found(page, 'a house');
  });

  it('closes an open image when someone goes back', async () => {
    const page = await open('/');
    await search(page, 'a house');
    await search(page, 'a tree');
    await page.locator('.card').first().click();
    await page.getByRole('dialog').waitFor();
    await page.goBack();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await found(page, 'a house');
  });
});
