import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OpenPage, type Site, startSite } from './site.ts';

let site: Site;
let opened: OpenPage;
let page: Page;

/** What has the focus inside the widget; polled, because it sometimes moves in events shortly after the key. */
const focused = () =>
  page.evaluate(() => {
    const active = document.querySelector('gsmn-search')?.shadowRoot?.activeElement;
    if (!active) return '';
    const position = active.querySelector('.position')?.textContent;
    return active instanceof HTMLInputElement ? 'line' : position ? `card ${position}` : active.tagName;
  });
const press = (...keys: string[]) =>
  keys.reduce((done, key) => done.then(() => page.keyboard.press(key)), Promise.resolve());

beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());
beforeEach(async () => {
  opened = await site.open('/');
  page = opened.page;
});
afterEach(async () => {
  expect(opened.faults).toEqual([]);
  await page.context().close();
});

describe('by keyboard alone', () => {
  it('searches, moves through the grid, opens an image and returns to it', async () => {
    await page.keyboard.type('the sun over a house');
    await press('Enter');
    await page.locator('.card').first().waitFor();
    await press('ArrowDown');
    await expect.poll(focused).toBe('card 1');
    await press('ArrowRight', 'ArrowRight');
    await expect.poll(focused).toBe('card 3');
    await press('ArrowDown');
    await expect.poll(focused).toMatch(/^card [4-9]$/);
    await press('ArrowUp');
    await expect.poll(focused).toMatch(/^card [1-4]$/);
    await press('End');
    await expect.poll(focused).toBe('card 20');
    await press('Home', 'ArrowRight', 'Enter');
    await page.getByRole('dialog').waitFor();
    await expect.poll(focused).toBe('H2');
    await press('ArrowRight');
    expect(await page.locator('.place').innerText()).toBe('3 of 20');
    await press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await expect.poll(focused).toBe('card 3');
    await press('Home', 'ArrowUp');
    await expect.poll(focused).toBe('line');
  });

  it('shows a word’s regions when it has the focus', async () => {
    await page.keyboard.type('the sun over a house');
    await press('Enter');
    await page.locator('.card').first().waitFor();
    await press('ArrowDown', 'Enter');
    // Its script may be on its way.
    await page.getByRole('dialog').waitFor();
    await press('Tab');
    // Words come after the title: the, sun, over, a, house.
    await press('Tab', 'Tab', 'Tab', 'Tab');
    expect(await page.locator('.explanation').innerText()).toContain('“house”');
    await press('ArrowRight');
    expect(await page.locator('.explanation').innerText()).toContain('“house”');
    await press('Space');
    expect(await page.getByRole('button', { name: 'house', exact: true }).getAttribute('aria-pressed')).toBe(
      'true',
    );
  });

  it('keeps the focus inside the view of an image', async () => {
    await page.keyboard.type('a house');
    await press('Enter');
    await page.locator('.card').first().waitFor();
    await press('ArrowDown', 'Enter');
    await page.getByRole('dialog').waitFor();
    for (let step = 0; step < 12; step++) {
      await press('Tab');
      await expect.poll(focused).not.toMatch(/card|line/);
    }
  });

  it('moves to the line with a slash, but not out of a field', async () => {
    await page.keyboard.type('a/b');
    expect(await page.getByRole('combobox').inputValue()).toBe('a/b');
    await page.getByRole('combobox').blur();
    await expect.poll(focused).toBe('');
    await press('/');
    await expect.poll(focused).toBe('line');
    // The existing text is selected, so that typing replaces it.
    await page.keyboard.type('ball');
    expect(await page.getByRole('combobox').inputValue()).toBe('ball');
  });

  it('shows where the focus is', async () => {
    await page.keyboard.type('a house');
    await press('Enter');
    await page.locator('.card').first().waitFor();
    await press('ArrowDown');
    const outline = await page
      .locator('.card')
      .first()
      .locator('.frame')
      .evaluate((frame) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(frame);
        return `${outlineStyle} ${outlineWidth}`;
      });
    expect(outline).toBe('solid 3px');
  });

  it('searches by itself once the typing pauses', async () => {
    await page.keyboard.type('a house', { delay: 20 });
    await page.locator('.card').first().waitFor();
    await expect.poll(focused).toBe('line');
  });
});
