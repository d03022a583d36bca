import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './axe.ts';
import { screenshot } from './browser.ts';
import { type OpenPage, type Site, startSite } from './site.ts';

/** The script with the view of an image. */
const DETAIL = /\/widget-after-results-[0-9a-f]{16}\.js/;

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

async function open(path: string, options?: Parameters<Site['open']>[1]): Promise<Page> {
  opened = await site.open(path, options);
  return opened.page;
}

async function search(page: Page, text: string): Promise<void> {
  await page.getByRole('combobox').fill(text);
  await page.getByRole('combobox').press('Enter');
  await page.locator('.card').first().waitFor();
}

/** Scripts that the page has fetched, by name. */
const scripts = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname)
      .filter((path) => path.endsWith('.js'))
      .map((path) => path.replace(/-[0-9a-f]{16}/, '')),
  );

describe('the parts of the widget', () => {
  it('are fetched when they are needed: the list with the line, the view of an image after an answer', async () => {
    const page = await open(site.otherUrl);
    await page.getByRole('combobox').waitFor();
    expect(await scripts(page)).toEqual(['/widget.js']);
    await page.getByRole('combobox').focus();
    await expect.poll(() => scripts(page)).toEqual(['/widget.js', '/widget-suggestion-list.js']);
    await search(page, 'a house');
    await expect.poll(() => scripts(page)).toContain('/widget-after-results.js');
    await page.locator('.card').first().click();
    await page.getByRole('dialog').waitFor();
    expect(await scripts(page)).toHaveLength(3);
  });

  it('are waited for by the image that was chosen last', async () => {
    const page = await open('/');
    let release = (): void => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    await page.route(DETAIL, async (route) => {
      await held;
      await route.continue();
    });
    await search(page, 'a house');
    await page.locator('.card').nth(1).click();
    await page.locator('.card').nth(4).click();
    expect(await page.locator('.card').nth(4).getAttribute('aria-busy')).toBe('true');
    release();
    await page.getByRole('dialog').waitFor();
    expect(await page.locator('.place').innerText()).toBe('5 of 20');
    await page.keyboard.press('Escape');
    expect(await page.locator('[aria-busy=true]').count()).toBe(0);
  });

  it('that cannot be fetched are said to be missing, beside the file of the image, and tried again', async () => {
    const page = await open('/', { reducedMotion: 'reduce' });
    // As after a renewal of the service: a script of another build.
    await page.route(DETAIL, (route) => route.fulfill({ status: 404 }));
    await search(page, 'a house');
    await page.locator('.card').nth(1).click();
    const said = page.getByRole('alert');
    await said.waitFor();
    expect(await said.innerText()).toMatch(/^The view of this image cannot be loaded\./);
    expect(await said.getByRole('link').getAttribute('href')).toMatch(/\/images\/scene-\d+\.svg$/);
    await expectAccessible(page);
    await screenshot(page, 'part-missing');
    const retry = said.getByRole('button', { name: 'Try again' });
    await retry.focus();
    await retry.press('Enter');
    await expect.poll(() => retry.evaluate((button) => button.matches(':focus'))).toBe(true);
    await page.unrouteAll({ behavior: 'wait' });
    await retry.press('Enter');
    await page.getByRole('dialog').waitFor();
    expect(await page.locator('.place').innerText()).toBe('2 of 20');
    expect(await said.count()).toBe(0);
    await page.keyboard.press('Escape');
    await expect
      .poll(() =>
        page
          .locator('.card')
          .nth(1)
          .evaluate((card) => card.matches(':focus')),
      )
      .toBe(true);
  });

  it('leave the line as it is where the list is missing, until the next focus', async () => {
    const page = await open('/');
    await page.route(/\/widget-suggestion-list-/, (route) => route.abort());
    await page.reload();
    await page.getByRole('combobox').fill('ball');
    await search(page, 'a house');
    expect(await page.getByRole('option').count()).toBe(0);
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByRole('combobox').blur();
    await page.getByRole('combobox').fill('ball');
    await expect.poll(() => page.getByRole('option').count()).toBeGreaterThan(0);
  });
});
