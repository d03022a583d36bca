import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './axe.ts';
import { screenshot } from './browser.ts';
import { type OpenPage, type Site, startSite } from './site.ts';

let site: Site;
let opened: OpenPage;

beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());
afterEach(async () => {
  expect(opened.faults).toEqual([]);
  await opened.page.context().close();
});

/** The page of the service, whose sentences to try are those of the widget. */
async function open(options?: Parameters<Site['open']>[1]): Promise<Page> {
  opened = await site.open('/', options);
  return opened.page;
}

const line = (page: Page) => page.getByRole('combobox');
const options = (page: Page) => page.getByRole('option').allInnerTexts();
const active = (page: Page) => page.locator('[role=option][aria-selected=true]').allInnerTexts();

async function search(page: Page, text: string): Promise<void> {
  await line(page).fill(text);
  await line(page).press('Enter');
  await page.getByRole('status').getByText(`“${text}”`).waitFor({ state: 'attached' });
}

describe('suggestions', () => {
  it('are chosen by keyboard alone', async () => {
    // Cards that fade in while axe looks have too little contrast.
    const page = await open({ reducedMotion: 'reduce' });
    await page.keyboard.type('ball');
    await expect.poll(() => options(page)).toEqual(['a dog catches a ball in the air']);
    await search(page, 'a house beside a ball');
    await expect.poll(() => options(page)).toEqual([]);
    await line(page).fill('ball');
    await expect
      .poll(() => options(page))
      .toEqual(['a house beside a ball', 'a dog catches a ball in the air']);
    expect(await line(page).getAttribute('aria-expanded')).toBe('true');
    await expectAccessible(page);
    await screenshot(page, 'suggestions');
    for (const [key, chosen] of [
      ['ArrowDown', ['a house beside a ball']],
      ['End', ['a dog catches a ball in the air']],
      ['ArrowDown', []],
      ['ArrowUp', ['a dog catches a ball in the air']],
      ['Home', ['a house beside a ball']],
    ] as const) {
      await page.keyboard.press(key);
      expect([key, await active(page)]).toEqual([key, chosen]);
    }
    expect(await line(page).inputValue()).toBe('ball');
    await page.keyboard.press('Escape');
    expect(await options(page)).toEqual([]);
    expect(await line(page).inputValue()).toBe('ball');
    await page.keyboard.press('Alt+ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('status').getByText('“a house beside a ball”').waitFor({ state: 'attached' });
    expect(await line(page).inputValue()).toBe('a house beside a ball');
    // Closed, the arrow leads to the images.
    await page.keyboard.press('ArrowDown');
    await expect
      .poll(() =>
        page
          .locator('.card')
          .first()
          .evaluate((card) => card.matches(':focus')),
      )
      .toBe(true);
  });

  it('are chosen by touch, and recent searches stay until they are forgotten', async () => {
    const page = await open({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await search(page, 'a house');
    await page.reload();
    await line(page).fill('');
    await line(page).tap();
    await expect.poll(async () => (await options(page)).includes('a house')).toBe(true);
    await screenshot(page, 'suggestions-phone');
    await page.getByRole('button', { name: 'Forget recent searches' }).tap();
    await expect.poll(async () => (await options(page)).includes('a house')).toBe(false);
    await page.getByRole('option', { name: 'two people ride one bicycle' }).tap();
    await expect.poll(() => line(page).inputValue()).toBe('two people ride one bicycle');
    expect(await options(page)).toEqual([]);
  });

  it('are off where the site says so, and then nothing is kept', async () => {
    const page = await open();
    await page.evaluate(() => document.querySelector('gsmn-search')?.setAttribute('suggestions', 'none'));
    const field = page.getByRole('searchbox');
    await field.fill('ball');
    await field.press('Enter');
    await page.locator('.card').first().waitFor();
    expect(await options(page)).toEqual([]);
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
  });
});

describe('an input method', () => {
  it('keeps its keys and its text while suggestions are open', async () => {
    const page = await open();
    await line(page).click();
    await expect.poll(async () => (await options(page)).length).toBeGreaterThan(0);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Input.imeSetComposition', { text: 'gou', selectionStart: 3, selectionEnd: 3 });
    await page.evaluate(() => {
      const input = document.querySelector('gsmn-search')?.shadowRoot?.querySelector('input');
      for (const key of ['ArrowDown', 'Enter', 'Escape']) {
        input?.dispatchEvent(new KeyboardEvent('keydown', { key, isComposing: true, bubbles: true }));
      }
      // As browsers do that submit by the key that ends a composition.
      input?.form?.requestSubmit();
    });
    expect(await active(page)).toEqual([]);
    expect(await line(page).inputValue()).toBe('gou');
    expect(await page.locator('.card, .skeleton').count()).toBe(0);
  });
});
