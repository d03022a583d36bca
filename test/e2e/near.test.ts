import type { Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './axe.ts';
import { screenshot } from './browser.ts';
import { type OpenPage, type Site, startSite } from './site.ts';

/** The version of the index that the upstreams serve. */
const GENERATION = 'e2e0e2e0e2e0e2e0';

let site: Site;
let opened: OpenPage;
/** What the widget asked for, by path and the parameters that name images. */
let asked: string[];
/** The index was replaced. */
let replaced: boolean;

beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());
afterEach(async () => {
  await opened.page.unrouteAll({ behavior: 'wait' });
  expect(opened.faults).toEqual([]);
  await opened.page.context().close();
});

/** The vectors of images are tested elsewhere: here images are like an image in the order of their ids, and denied ones are left out. */
async function answer(route: Route): Promise<void> {
  const address = new URL(route.request().url());
  const { searchParams } = address;
  const named = ['like', 'not', 'generation'].flatMap((name) =>
    searchParams.getAll(name).map((value) => `${name}=${value}`),
  );
  asked.push([address.pathname, ...named].join(' '));
  if (named.length === 0) return route.continue();
  if (replaced)
    return route.fulfill({
      status: 400,
      headers: { 'content-type': 'application/problem+json' },
      body: JSON.stringify({ code: 'request_invalid', title: 'The request is invalid', detail: 'replaced' }),
    });
  const like = searchParams.get('like');
  const denied = searchParams.getAll('not').map((text) => Number(text.replace('id:', '')));
  for (const name of ['like', 'not', 'generation']) searchParams.delete(name);
  searchParams.set('q', searchParams.get('q') ?? 'a house');
  address.pathname = '/v1/search';
  const response = await route.fetch({ url: address.href, headers: { accept: 'application/json' } });
  const body = (await response.json()) as { hits: { id: number }[]; limit: number };
  if (like === null)
    return route.fulfill({ json: { ...body, hits: body.hits.filter(({ id }) => !denied.includes(id)) } });
  const images = body.hits
    .filter(({ id }) => id !== Number(like))
    .slice(0, 5)
    .map(({ id, ...hit }, place) => ({ ...hit, id, score: 0.9 - place / 10 }));
  return route.fulfill({
    json: { generation: GENERATION, like: Number(like), total: 5, limit: body.limit, images },
  });
}

async function open(path: string, options?: Parameters<Site['open']>[1]): Promise<Page> {
  asked = [];
  replaced = false;
  opened = await site.open('about:blank', { reducedMotion: 'reduce', ...options });
  const { page } = opened;
  await page.route(/\/v1\/(search|images)\?/, answer);
  await page.goto(new URL(path, site.url).href);
  return page;
}

const more = (page: Page, place: number) =>
  page
    .locator('.item')
    .nth(place)
    .getByRole('button', { name: /^More like this/ });
const not = (page: Page, place: number) =>
  page
    .locator('.item')
    .nth(place)
    .getByRole('button', { name: /^Not like this/ });
const chips = (page: Page) => page.getByRole('group', { name: 'Chosen images' }).getByRole('button');
const status = (page: Page) => page.getByRole('status').first().innerText();
const said = (page: Page, text: string) => expect.poll(() => status(page), { timeout: 20_000 }).toBe(text);
const near = (page: Page) => new URL(page.url()).searchParams.get('q-near');
/** The scene that a card shows. */
const sceneAt = async (page: Page, place: number): Promise<string> =>
  /scene-(\d+)/.exec((await page.locator('.card img').nth(place).getAttribute('src')) ?? '')?.[1] ?? '';

describe('more like this', () => {
  it('shows the images like one, says so, and is kept by the address, by back and by forward', async () => {
    const page = await open('/?q=a+house');
    await more(page, 1).waitFor({ state: 'attached' });
    const id = await sceneAt(page, 1);
    await page.locator('.card').nth(1).hover();
    await screenshot(page, 'near-actions');
    await more(page, 1).click();
    await said(page, '5 images like the chosen one.');
    expect(asked.at(-1)).toBe(`/v1/images like=${id} generation=${GENERATION}`);
    expect(near(page)).toBe(`like-${id}-${GENERATION}`);
    expect(await chips(page).innerText()).toMatch(/^Like “.+”\s+: remove$/);
    expect(await chips(page).evaluate((chip) => chip.matches(':focus'))).toBe(true);
    expect(await page.getByText('as a whole, not word by word').count()).toBe(1);
    expect(await page.locator('.card').first().innerText()).toContain('coarse match');
    // One step further needs no way back.
    expect(await not(page, 0).count()).toBe(0);
    await expectAccessible(page);
    await screenshot(page, 'near-like');
    await page.goBack();
    await said(page, '20 images for “a house”.');
    expect(await chips(page).count()).toBe(0);
    await page.goForward();
    await said(page, '5 images like the chosen one.');
    await page.reload();
    await said(page, '5 images like the chosen one.');
    expect(await chips(page).innerText()).toMatch(new RegExp(`^Like “image ${id}”\\s+: remove$`));
    await page.locator('.card').first().click();
    expect(await page.getByRole('dialog').innerText()).toContain('as a whole, not word by word');
    await page.keyboard.press('Escape');
    await chips(page).click();
    await said(page, '20 images for “a house”.');
    expect(near(page)).toBeNull();
  });

  it('sends the key and the filter of the search', async () => {
    const page = await open('/?q=a+house');
    await more(page, 0).waitFor({ state: 'attached' });
    await page.evaluate(() => document.querySelector('gsmn-search')?.setAttribute('search-key', 'pk_x'));
    const request = page.waitForRequest(/\/v1\/images\?/);
    await more(page, 0).click({ force: true });
    expect((await request).headers().authorization).toBe('Bearer pk_x');
  });
});

describe('not like this', () => {
  it('works by keyboard alone, image by image', async () => {
    const page = await open('/?q=a+house');
    await not(page, 0).waitFor({ state: 'attached' });
    const [first, third] = [await sceneAt(page, 0), await sceneAt(page, 2)];
    await page.locator('.card').first().focus();
    await page.keyboard.press('Tab');
    expect(await more(page, 0).evaluate((button) => button.matches(':focus'))).toBe(true);
    await expect
      .poll(() =>
        page
          .locator('.acts')
          .first()
          .evaluate((acts) => getComputedStyle(acts).opacity),
      )
      .toBe('1');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await said(page, '19 images for “a house”.');
    expect(asked.at(-1)).toBe(`/v1/search not=id:${first} generation=${GENERATION}`);
    await not(page, 1).focus();
    await page.keyboard.press('Enter');
    await said(page, '18 images for “a house”.');
    expect(asked.at(-1)).toBe(`/v1/search not=id:${first} not=id:${third} generation=${GENERATION}`);
    expect(await chips(page).count()).toBe(2);
    expect(await chips(page).first().innerText()).toMatch(/^Not like “/);
    await expectAccessible(page);
    await screenshot(page, 'near-not');
    await chips(page).first().focus();
    await page.keyboard.press('Enter');
    await said(page, '19 images for “a house”.');
    expect(near(page)).toBe(`not-${third}-${GENERATION}`);
    // Another sentence is another search.
    await page.getByRole('combobox').fill('a tree');
    await page.keyboard.press('Enter');
    await said(page, '20 images for “a tree”.');
    expect([near(page), await chips(page).count()]).toEqual([null, 0]);
  });

  it('goes on without the image where the index has no such version any more, and says so', async () => {
    const page = await open('/?q=a+house');
    await not(page, 0).waitFor({ state: 'attached' });
    const before = await page.evaluate(() => history.length);
    replaced = true;
    await not(page, 0).click({ force: true });
    await page.getByText('is not in the index any more').waitFor();
    await expect.poll(() => page.locator('.card').count(), { timeout: 20_000 }).toBe(20);
    expect([near(page), await chips(page).count()]).toEqual([null, 0]);
    // The address that did not work is not one to go back to.
    expect(await page.evaluate(() => history.length)).toBe(before + 1);
    await expectAccessible(page);
  });
});

describe('on other screens', () => {
  it('moves nothing on a phone, where it is always there', async () => {
    const page = await open('/', { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true });
    await page.getByRole('combobox').fill('a house');
    const places = () =>
      page
        .locator('.card')
        .evaluateAll((all) => all.map((one) => JSON.stringify(one.getBoundingClientRect())));
    await page.getByRole('combobox').press('Enter');
    await page.locator('.card').first().waitFor();
    const before = await places();
    await more(page, 0).waitFor();
    expect(await places()).toEqual(before);
    const { width = 0, height = 0 } = (await more(page, 0).boundingBox()) ?? {};
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(36);
    await screenshot(page, 'near-phone');
    await not(page, 0).tap();
    await said(page, '19 images for “a house”.');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    await screenshot(page, 'near-phone-chosen');
  });

  it.each([
    ['de', 'Nicht wie dieses', 'Gewählte Bilder'],
    ['ar', 'ليس مثل هذه', 'الصور المختارة'],
  ])('speaks the language of the page: %s', async (lang, label, group) => {
    const page = await open('/', { colorScheme: 'dark' });
    await page.evaluate((language) => {
      document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr';
      document.querySelector('gsmn-search')?.setAttribute('lang', language);
    }, lang);
    await page.getByRole('combobox').fill('a house');
    await page.getByRole('combobox').press('Enter');
    const button = page.getByRole('button', { name: label }).first();
    await button.waitFor({ state: 'attached' });
    await button.click({ force: true });
    await page.getByRole('group', { name: group }).getByRole('button').waitFor();
    await expectAccessible(page);
    await screenshot(page, `near-${lang}`);
  });
});
