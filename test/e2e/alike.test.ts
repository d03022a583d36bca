import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectAccessible } from './axe.ts';
import { screenshot } from './browser.ts';
import { type OpenPage, type Site, startSite } from './site.ts';

let site: Site;
let opened: OpenPage;
let page: Page;

beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());
beforeEach(async () => {
  opened = await site.open('/', { reducedMotion: 'reduce' });
  page = opened.page;
});
afterEach(async () => {
  site.health.rerank = 'well';
  expect(opened.faults).toEqual([]);
  await page.context().close();
});

async function search(query: string): Promise<void> {
  await page.getByRole('combobox').fill(query);
  await page.keyboard.press('Enter');
  await page.locator('.card').first().waitFor();
}
const texts = (selector: string) => page.locator(selector).allInnerTexts();
const focused = () =>
  page.evaluate(() => {
    const active = document.querySelector('gsmn-search')?.shadowRoot?.activeElement;
    return active?.querySelector('.position')?.textContent ?? active?.textContent;
  });

describe('images that look alike', () => {
  it('have one card, which shows the others and hides them again', async () => {
    await search('a similar house');
    // 14 alone, and 3 groups of 4.
    expect(await page.locator('.card').count()).toBe(17);
    expect(await page.locator('.summary').innerText()).toContain('17 images and 9 alike');
    expect(await texts('.alike')).toEqual(Array(3).fill('and 3 alike'));
    const [first] = await page.locator('.item:has(.alike) .position').allInnerTexts();
    await page.locator('.alike').first().click();
    expect(await page.locator('.card').count()).toBe(20);
    expect(await texts('.like .position')).toEqual(Array(3).fill(`like ${first}`));
    expect(await page.locator('.alike').first().getAttribute('aria-expanded')).toBe('true');
    await page.locator('.like').first().scrollIntoViewIfNeeded();
    await screenshot(page, 'alike');
    await expectAccessible(page);
    await page.locator('.alike').first().click();
    expect(await page.locator('.card').count()).toBe(17);
    expect((await texts('.alike'))[0]).toBe('and 3 alike');
  });

  it('are reached by keyboard, open beside each other, and return to their card', async () => {
    await search('a similar house');
    // "More like this" and "not like this" come first, once their script is there.
    await page.locator('.item:has(.alike) .act').first().waitFor();
    await page.locator('.item:has(.alike) .card').first().focus();
    for (let tab = 0; tab < 3; tab++) await page.keyboard.press('Tab');
    await expect.poll(focused).toBe('and 3 alike');
    await page.keyboard.press('Enter');
    await expect.poll(focused).toBe('hide 3 alike');
    await page.keyboard.press('Tab');
    await expect.poll(focused).toMatch(/^like \d+$/);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await page.locator('.place').innerText()).toBe('3 of 4');
    expect(await page.locator('.explanation').innerText()).toContain('stands for this one');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(
      await page
        .locator('.like .card')
        .last()
        .evaluate((card) => card.matches(':focus')),
    ).toBe(true);
  });

  it('have one card on all pages, and when ranking fails', async () => {
    for (const health of ['well', 'down'] as const) {
      site.health.rerank = health;
      await page.evaluate(() => document.querySelector('gsmn-search')?.setAttribute('limit', '5'));
      await search(`a similar tree ${health === 'well' ? '' : 'under'}`);
      for (const count of [10, 15, 17]) {
        await page.getByRole('button', { name: 'More images' }).click();
        await expect.poll(() => page.locator('.card').count()).toBe(count);
      }
      expect(await texts('.alike')).toEqual(Array(3).fill('and 3 alike'));
    }
  });

  it('have a card each where the page wants it, and where none look alike', async () => {
    await search('a house');
    expect(await page.locator('.card').count()).toBe(20);
    expect(await page.locator('.alike').count()).toBe(0);
    await page.evaluate(() => {
      const widget = document.querySelector('gsmn-search') as HTMLElement & { uncollapsed: boolean };
      widget.uncollapsed = true;
    });
    expect(await page.locator('gsmn-search').getAttribute('uncollapsed')).toBe('');
    await search('a similar house');
    await expect.poll(() => page.locator('.card').count()).toBe(20);
    expect(await page.locator('.alike').count()).toBe(0);
  });
});
