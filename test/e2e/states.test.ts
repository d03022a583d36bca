import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './axe.ts';
import { screenshot } from './browser.ts';
import { type OpenPage, type Site, startSite } from './site.ts';

const QUERY = '/?q=the+sun+over+a+house';

let site: Site;
let opened: OpenPage | undefined;

async function open(path: string, options?: Parameters<Site['open']>[1]): Promise<Page> {
  opened = await site.open(path, options);
  return opened.page;
}

/** Takes a screenshot of the state and runs axe. */
async function record(page: Page, name: string): Promise<void> {
  await expectAccessible(page);
  await screenshot(page, name);
}

const status = (page: Page) => page.getByRole('status').textContent();
const search = async (page: Page, text: string) => {
  await page.getByRole('combobox').fill(text);
  await page.getByRole('combobox').press('Enter');
};

beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());
afterEach(async () => {
  Object.assign(site.health, { encode: 'well', recall: 'well', rerank: 'well', evidence: 'well' });
  expect(opened?.faults ?? []).toEqual([]);
  await opened?.page.context().close();
  opened = undefined;
});

describe('what the page shows', () => {
  it('has the focus in the line at the start', async () => {
    const page = await open('/');
    await page.getByRole('heading', { name: 'Who does what' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('GSMN-SEARCH');
    await record(page, 'start');
    await page.getByRole('button', { name: 'two people ride one bicycle' }).click();
    await page.getByRole('list', { name: 'Images found' }).waitFor();
    expect(await page.getByRole('combobox').inputValue()).toBe('two people ride one bicycle');
  });

  it('shows the images in the order of the answer, with caption, position, stage and relevance', async () => {
    const page = await open(QUERY);
    const cards = page.locator('.card');
    await cards.nth(19).waitFor();
    expect(await cards.count()).toBe(20);
    expect(await cards.first().innerText()).toMatch(/^A small tree.*\s+1\s+graph match\s+90%$/s);
    expect(await cards.nth(16).innerText()).toContain('coarse match');
    expect(await status(page)).toBe('20 images for “the sun over a house”.');
    await page.waitForFunction(
      () => document.querySelector('gsmn-search')?.shadowRoot?.querySelectorAll('img.shown').length !== 0,
    );
    await record(page, 'results');
  });

  it('says above the nearest images that nothing may fit', async () => {
    const page = await open('/?q=the+zebroid');
    await page
      .getByText('Nothing here seems to fit “the zebroid”. These are the nearest images.')
      .last()
      .waitFor();
    expect(await page.locator('.card').count()).toBe(20);
    expect(await status(page)).toMatch(/^Nothing here seems to fit “the zebroid”/);
    await record(page, 'no-match');
  });

  it('loads the images of its grid in a width that fits', async () => {
    const page = await open(QUERY);
    const image = page.locator('.card img.shown').first();
    await image.waitFor();
    const sources = await image.evaluate((element) => {
      const { src, srcset, currentSrc } = element as HTMLImageElement;
      return { src, srcset, currentSrc };
    });
    expect(sources.srcset).toBe(`${sources.src}?w=320 320w,${sources.src}?w=960 960w`);
    expect(sources.currentSrc).toBe(`${sources.src}?w=320`);
  });

  it('reserves space for every image before it is loaded', async () => {
    const page = await open('/');
    let release = (): void => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    await page.route('**/images/**', async (route) => {
      await held;
      await route.continue();
    });
    await search(page, 'a house');
    await page.locator('.card').first().waitFor();
    const boxes = () =>
      page
        .locator('.card')
        .evaluateAll((cards) => cards.map((card) => JSON.stringify(card.getBoundingClientRect())));
    const before = await boxes();
    release();
    await page.locator('img.shown').first().waitFor();
    expect(await boxes()).toEqual(before);
    const ratios = await page
      .locator('.card .frame')
      .evaluateAll((frames) => frames.map((frame) => frame.clientWidth / frame.clientHeight));
    expect(ratios[0]).toBeCloseTo(960 / 540, 1);
    expect(ratios[1]).toBeCloseTo(1, 1);
    expect(ratios[2]).toBeCloseTo(600 / 800, 1);
  });

  it('shows where images will be while it waits', async () => {
    const page = await open('/');
    await search(page, 'slow house');
    await page.locator('.skeleton').waitFor();
    expect(await page.locator('.results').getAttribute('aria-busy')).toBe('true');
    await record(page, 'loading');
    await page.locator('.card').first().waitFor();
    expect(await page.locator('.skeleton').count()).toBe(0);
  });

  it('says that a query is empty', async () => {
    const page = await open('/');
    await search(page, '   ');
    await page.getByRole('heading', { name: 'nothing to search for' }).waitFor();
    await record(page, 'empty-query');
  });

  it('says that nothing was found', async () => {
    const page = await open('/?q=nothing+over+a+zebroid');
    await page.getByRole('heading', { name: 'No image found' }).waitFor();
    expect(await page.getByText('Not known to the model: zebroid').count()).toBe(1);
    await page.getByText('Searched as “nothing over a zebroid”').waitFor();
    await page.getByText('Try fewer words, or others').waitFor();
    expect(await page.getByRole('list', { name: 'Sentences to try' }).getByRole('listitem').count()).toBe(3);
    await record(page, 'no-hits');
    await page.getByRole('button', { name: 'nothing over a', exact: true }).click();
    await expect.poll(() => page.getByRole('combobox').inputValue()).toBe('nothing over a');
  });

  it('says what to try if nothing may fit, once someone asks, and moves nothing by itself', async () => {
    const page = await open('/?q=the+hose+beside+a+zebroid');
    const what = page.locator('details');
    await what.waitFor();
    const place = () =>
      page
        .locator('.card')
        .first()
        .evaluate((card) => card.getBoundingClientRect().top);
    const before = await place();
    await what.getByText('With the words that the model knows').waitFor({ state: 'attached' });
    expect(await place()).toBe(before);
    await what.getByText('What to try').click();
    await record(page, 'advice');
    await what.getByRole('button', { name: 'the house beside a', exact: true }).click();
    await expect.poll(() => page.getByRole('combobox').inputValue()).toBe('the house beside a');
  });

  it.each(['down', 'late'] as const)(
    'says that the order is coarse if the reranker is %s',
    async (health) => {
      site.health.rerank = health;
      const page = await open(QUERY);
      await page.locator('.card').first().waitFor();
      expect(await page.locator('.notice').innerText()).toMatch(/^Coarse order\. .*reranker/);
      expect(await status(page)).toContain('coarse scores');
      expect(await page.locator('.card').first().innerText()).toContain('coarse match');
      await record(page, `degraded-${health}`);
      await page.locator('.card').first().click();
      expect(await page.getByRole('dialog').innerText()).toContain('reranker');
      expect(await page.locator('.chip:visible').count()).toBe(0);
    },
  );

  it('says that regions are missing if only the evidence is', async () => {
    site.health.evidence = 'down';
    const page = await open(QUERY);
    await page.locator('.card').first().waitFor();
    expect(await page.locator('.notice').innerText()).toMatch(/^Without regions\./);
    expect(await page.locator('.card').first().innerText()).toContain('graph match');
  });

  it('shows a problem if the query cannot be encoded, and recovers', async () => {
    site.health.encode = 'down';
    const page = await open(QUERY);
    await page.getByRole('heading', { name: 'Search is not available' }).waitFor();
    expect(await page.locator('.message').innerText()).toMatch(
      /does not respond\.[\s\S]*Try again in a moment[\s\S]*Request \S+/,
    );
    expect(await status(page)).toContain('Search is not available');
    await record(page, 'error');
    site.health.encode = 'well';
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.card').first().waitFor();
  });

  it('waits as long as a rate limit requires', async () => {
    const page = await open('/');
    await page.clock.install();
    let asked = 0;
    await page.route('**/v1/search?**', (route) => {
      asked++;
      return asked > 1
        ? route.continue()
        : route.fulfill({
            status: 429,
            headers: { 'retry-after': '60', 'content-type': 'application/problem+json' },
            body: JSON.stringify({ title: 'Too many requests', detail: 'Too often.', hint: 'Wait.' }),
          });
    });
    await search(page, 'a house');
    const retry = page.getByRole('button', { name: /Try again/ });
    await retry.waitFor();
    expect(await retry.innerText()).toMatch(/in \d\d s/);
    await record(page, 'rate-limited');
    await retry.click({ force: true });
    expect(asked).toBe(1);
    await page.clock.fastForward(61_000);
    await page.getByRole('button', { name: 'Try again', exact: true }).click();
    await page.locator('.card').first().waitFor();
  });

  it('says that there is no network, and continues when there is one', async () => {
    const page = await open('/');
    await page.context().setOffline(true);
    await search(page, 'a house');
    await page.getByRole('heading', { name: 'You are offline' }).waitFor();
    await record(page, 'offline');
    await page.context().setOffline(false);
    await page.locator('.card').first().waitFor();
  });

  it('fetches more until there are no more', async () => {
    const page = await open(QUERY);
    await page.getByRole('button', { name: 'More images' }).click();
    await page.locator('.card').nth(25).waitFor();
    expect(await page.locator('.card').count()).toBe(26);
    expect(await page.getByText('These are all images.').count()).toBe(1);
    expect(
      await page
        .locator('.card')
        .nth(20)
        .evaluate((card) => card.matches(':focus')),
    ).toBe(true);
    expect(await status(page)).toContain('26 images');
    const captions = await page
      .locator('.frame img')
      .evaluateAll((all) => all.map((one) => (one as HTMLImageElement).src));
    expect(new Set(captions).size).toBe(26);
  });

  it('never lets a slow answer replace a later one', async () => {
    const page = await open('/');
    await search(page, 'slow house');
    await page.locator('.skeleton').waitFor();
    const dropped = page.waitForEvent('requestfailed', (request) => request.url().includes('slow'));
    await search(page, 'a ball');
    await dropped;
    await page.locator('.card').first().waitFor();
    expect(await status(page)).toContain('“a ball”');
  });

  it('names an image that cannot be shown', async () => {
    const page = await open('/');
    await page.route('**/images/**', (route) => route.abort());
    await search(page, 'a house');
    await page.getByText('scene-15.svg cannot be shown').waitFor();
    await record(page, 'no-images');
  });
});

describe('on other screens', () => {
  it('is dark if the reader prefers that', async () => {
    const page = await open(QUERY, { colorScheme: 'dark' });
    await page.locator('.card').first().waitFor();
    const [ink, paper] = await page.evaluate(() => {
      const widget = document.querySelector('gsmn-search') as Element;
      return [getComputedStyle(widget).color, getComputedStyle(document.body).backgroundColor];
    });
    expect(ink).toBe('rgb(241, 238, 233)');
    expect(paper).toBe('rgb(19, 18, 17)');
    await record(page, 'results-dark');
    await page.locator('.card').first().click();
    await page.getByRole('dialog').waitFor();
    await record(page, 'detail-dark');
  });

  it('fits a narrow phone', async () => {
    const page = await open(QUERY, { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true });
    await page.locator('.card').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await page.locator('.score').first().isVisible()).toBe(true);
    await record(page, 'results-phone');
    await page.locator('.card').nth(1).tap();
    await page.getByRole('dialog').waitFor();
    const dialog = page.getByRole('dialog');
    expect(await dialog.evaluate(({ scrollWidth, scrollTop }) => [scrollWidth, scrollTop])).toEqual([360, 0]);
    await page.getByRole('button', { name: 'house', exact: true }).tap();
    expect(await page.locator('.explanation').innerText()).toContain('“house”');
    await record(page, 'detail-phone');
  });

  it('does not move if reduced motion is preferred', async () => {
    const page = await open(QUERY, { reducedMotion: 'reduce' });
    await page.locator('.card').first().waitFor();
    const moving = await page.evaluate(
      () =>
        [...(document.querySelector('gsmn-search')?.shadowRoot?.querySelectorAll('*') ?? [])].filter(
          (node) => {
            const { transitionDuration, animationName } = getComputedStyle(node);
            return transitionDuration !== '0s' || animationName !== 'none';
          },
        ).length,
    );
    expect(moving).toBe(0);
  });
});
