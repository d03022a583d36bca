import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OpenPage, type Site, startSite } from './site.ts';

const QUERY = '/?q=a+house+and+a+tree';

let site: Site;
let opened: OpenPage | undefined;

async function open(path: string, options?: Parameters<Site['open']>[1]): Promise<Page> {
  opened = await site.open(path, options);
  return opened.page;
}

beforeAll(async () => {
  site = await startSite({ rerankMs: 60_000 });
});
afterAll(() => site.close());
beforeEach(() => {
  // Ranking waits until the test has seen recall's order.
  site.health.rerank = 'held';
});
afterEach(async () => {
  site.health.rerank = 'well';
  expect(opened?.faults ?? []).toEqual([]);
  await opened?.page.context().close();
  opened = undefined;
});

const captions = (page: Page) => page.locator('.card .caption').allInnerTexts();
const stageOfFirst = (page: Page) => page.locator('.card .meta').first().innerText();
const isProvisional = async (page: Page) => (await stageOfFirst(page)).includes('coarse match');

/** Marks the cards, and counts what the page does to them. */
const watch = (page: Page) =>
  page.evaluate(() => {
    const root = document.querySelector('gsmn-search')?.shadowRoot;
    const seen = { said: [] as string[], moves: 0, results: 0 };
    Object.assign(window, { seen });
    for (const [at, image] of [...(root?.querySelectorAll('.card img') ?? [])].entries())
      image.setAttribute('data-mark', String(at));
    const status = root?.querySelector('[role=status]');
    if (status)
      new MutationObserver(() => seen.said.push(status.textContent ?? '')).observe(status, {
        childList: true,
      });
    const animate = Reflect.get(Element.prototype, 'animate') as Element['animate'];
    Element.prototype.animate = function (...parameters) {
      seen.moves++;
      return animate.apply(this, parameters);
    };
    document.addEventListener('gsmn-results', () => seen.results++);
  });
const seen = (page: Page) =>
  page.evaluate(
    () => (window as unknown as { seen: { said: string[]; moves: number; results: number } }).seen,
  );
const marks = (page: Page) =>
  page
    .locator('.card img')
    .evaluateAll((images) => images.map((image) => Number(image.getAttribute('data-mark') ?? -1)));

describe("recall's order, and the ranked one", () => {
  it('are shown one after the other: cards move to their places, with focus, and it is said once', async () => {
    const page = await open(QUERY);
    await page.locator('.card').nth(19).waitFor();
    expect(await isProvisional(page)).toBe(true);
    const before = await captions(page);
    await page.locator('.card').nth(2).focus();
    await watch(page);
    site.health.rerank = 'well';
    await page.locator('.meta', { hasText: 'graph match' }).first().waitFor();
    // Sixteen are compared; later ones match better.
    const after = await captions(page);
    expect(after.slice(0, 16)).toEqual(before.slice(0, 16).toReversed());
    expect(await marks(page)).toEqual([...Array.from({ length: 16 }, (_, at) => 15 - at), 16, 17, 18, 19]);
    const place = await page.evaluate(
      () =>
        document.querySelector('gsmn-search')?.shadowRoot?.activeElement?.querySelector('.position')
          ?.textContent,
    );
    expect(place).toBe('14');
    const { said, moves, results } = await seen(page);
    expect(said).toEqual(['20 images for “a house and a tree”.']);
    expect(moves).toBeGreaterThan(10);
    expect(results).toBe(1);
    // All have arrived where they stay.
    await page.waitForFunction(
      () => document.querySelector('gsmn-search')?.shadowRoot?.getAnimations().length === 0,
    );
    await page.getByRole('button', { name: 'More images' }).waitFor();
  });

  it('do not glide for those who want less motion', async () => {
    const page = await open(QUERY, { reducedMotion: 'reduce' });
    await page.locator('.card').nth(19).waitFor();
    await watch(page);
    site.health.rerank = 'well';
    await page.locator('.meta', { hasText: 'graph match' }).first().waitFor();
    expect((await seen(page)).moves).toBe(0);
    expect((await marks(page)).slice(0, 2)).toEqual([15, 14]);
  });

  it('leave an image open that is, and show where its words look as soon as that is known', async () => {
    const page = await open(QUERY);
    await page.locator('.card').nth(19).waitFor();
    await page.locator('.card').nth(1).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    const title = await dialog.getByRole('heading').innerText();
    expect(await dialog.locator('.place').innerText()).toBe('2 of 20');
    site.health.rerank = 'well';
    await dialog.locator('.chip').first().waitFor();
    expect(await dialog.getByRole('heading').innerText()).toBe(title);
    expect(await dialog.locator('.place').innerText()).toBe('15 of 20');
    await page.keyboard.press('Escape');
    const focused = await page.evaluate(
      () =>
        document.querySelector('gsmn-search')?.shadowRoot?.activeElement?.querySelector('.position')
          ?.textContent,
    );
    expect(focused).toBe('15');
  });
});
