import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './axe.ts';
import { screenshot } from './browser.ts';
import { type OpenPage, type Site, startSite } from './site.ts';

let site: Site;
let opened: OpenPage;
let page: Page;

beforeAll(async () => {
  site = await startSite();
  opened = await site.open(site.otherUrl);
  page = opened.page;
});
afterAll(() => site.close());

describe('embedded by another origin behind a strict policy', () => {
  it('finds the service that its script came from', async () => {
    const asked = page.waitForRequest(/\/v1\/search/);
    await page.getByRole('button', { name: 'a house and a ball' }).click();
    const { origin, searchParams } = new URL((await asked).url());
    expect(origin).toBe(site.url);
    expect(searchParams.get('limit')).toBe('6');
    await page.locator('img.shown').nth(5).waitFor();
    expect(await page.locator('.card').count()).toBe(6);
    const source = await page.locator('.frame img').first().getAttribute('src');
    expect(new URL(source ?? '').origin).toBe(site.url);
  });

  it('takes the site’s own colours and parts, and leaves its address alone', async () => {
    expect(await page.locator('.submit').evaluate((button) => getComputedStyle(button).color)).toBe(
      'rgb(0, 90, 60)',
    );
    expect(
      await page
        .locator('.caption')
        .first()
        .evaluate((text) => getComputedStyle(text).fontStyle),
    ).toBe('italic');
    expect(page.url()).toBe(`${site.otherUrl}/`);
    expect(await page.getByRole('combobox').getAttribute('placeholder')).toBe('Look for a print');
    await expectAccessible(page);
    await screenshot(page, 'embedded');
  });

  it('leaves a slash in the site’s own fields', async () => {
    await page.locator('#name').focus();
    await page.keyboard.type('a/b');
    expect(await page.locator('#name').inputValue()).toBe('a/b');
  });

  it('tells the site what was found and chosen, and lets it act instead', async () => {
    const told = page.evaluate(
      () =>
        new Promise((done) => {
          const widget = document.querySelector('gsmn-search') as HTMLElement & {
            search(query: string): void;
          };
          let results: unknown;
          widget.addEventListener('gsmn-results', (event) => {
            const { query, stage, hits } = (event as CustomEvent).detail;
            results = { query, stage, count: hits.length };
          });
          widget.addEventListener('gsmn-select', (event) => {
            event.preventDefault();
            const { hit, position } = (event as CustomEvent).detail;
            done({ results, name: hit.image.name, position });
          });
          widget.search('the tree');
        }),
    );
    await page.waitForFunction(() =>
      document
        .querySelector('gsmn-search')
        ?.shadowRoot?.querySelector('[role=status]')
        ?.textContent?.includes('the tree'),
    );
    await page.locator('.card').nth(1).click();
    expect(await told).toEqual({
      results: { query: 'the tree', stage: 'rerank', count: 6 },
      name: 'scene-14.svg',
      position: 2,
    });
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('runs no markup that an index may hold', async () => {
    await page.route('**/v1/search?**', (route) =>
      route.fulfill({
        headers: { 'access-control-allow-origin': '*' },
        json: {
          query: 'x',
          words: [{ text: '<img src=x onerror=alert(1)>', id: 4, known: false }],
          generation: 'g',
          stage: 'recall',
          degraded: { code: 'timeout', message: '<b>late</b>' },
          limit: 6,
          offset: 0,
          hits: [
            {
              id: 1,
              scores: { coarse: 1 },
              stage: 'recall',
              image: { name: '<i>n</i>', url: 'javascript:alert(1)', width: 1, height: 0 },
              captions: ['<script>alert(1)</script>'],
            },
          ],
        },
      }),
    );
    await page.getByRole('combobox').fill('markup');
    await page.getByRole('combobox').press('Enter');
    await page.getByText('<script>alert(1)</script>').first().waitFor();
    expect(await page.getByText('<b>late</b>').count()).toBeGreaterThan(0);
    expect(await page.locator('.results img, .results script, .results b').count()).toBe(0);
    expect(await page.getByText('<i>n</i> cannot be shown').count()).toBe(1);
    expect(opened.faults).toEqual([]);
  });

  it('stops listening when it is taken away, and works again when it is put back', async () => {
    await page.evaluate(() => {
      const widget = document.querySelector('gsmn-search') as HTMLElement;
      const { parentElement } = widget;
      widget.remove();
      parentElement?.append(widget);
    });
    await page.locator('h1').click();
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('GSMN-SEARCH');
  });
});
