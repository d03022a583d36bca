import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './axe.ts';
import { screenshot } from './browser.ts';
import { type OpenPage, type Site, startSite } from './site.ts';

const SENTENCE = 'the sun over a house beside the tree and a ball';
const WORDS = SENTENCE.split(' ');

let site: Site;
let opened: OpenPage | undefined;

async function open(query: string | undefined, options?: Parameters<Site['open']>[1]): Promise<Page> {
  const path = query === undefined ? '/explain' : `/explain?${new URLSearchParams({ q: query })}`;
  opened = await site.open(path, options);
  return opened.page;
}

/** Takes a screenshot of the state and runs axe. */
async function record(page: Page, name: string): Promise<void> {
  await expectAccessible(page);
  await screenshot(page, name);
}

const status = (page: Page) => page.getByRole('status').textContent();
const parse = (page: Page) => page.getByRole('region', { name: 'Parse of the sentence' });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Whether rectangles of the labels in the drawing overlap on the screen. */
function overlaps(page: Page): Promise<number> {
  return page.locator('.label').evaluateAll((all) => {
    const boxes = all.map((one) => one.getBoundingClientRect());
    return boxes.flatMap((a, index) =>
      boxes
        .slice(index + 1)
        .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom),
    ).length;
  });
}

beforeAll(async () => {
  site = await startSite();
});
afterAll(() => site.close());
afterEach(async () => {
  site.health.encode = 'well';
  expect(opened?.faults ?? []).toEqual([]);
  await opened?.page.context().close();
  opened = undefined;
});

describe('the page that draws a parse', () => {
  it('draws as many arcs as there are words, each from its head to its word', async () => {
    const page = await open(SENTENCE);
    await parse(page).waitFor();
    expect(await page.locator('.arc').count()).toBe(WORDS.length);
    expect(await page.locator('.root').count()).toBe(1);
    expect(await page.locator('.word').allInnerTexts()).toEqual(WORDS);
    expect(await overlaps(page)).toBe(0);
    // Arrows are above their words.
    const distances = await page.locator('.arrow').evaluateAll((arrows) => {
      const entries = [
        ...(document.querySelector('gsmn-graph')?.shadowRoot?.querySelectorAll('.entry') ?? []),
      ];
      return arrows.map((arrow, index) => {
        const { left, width, bottom } = arrow.getBoundingClientRect();
        const word = entries[index]?.getBoundingClientRect() as DOMRect;
        return { x: Math.abs(left + width / 2 - word.left - word.width / 2), y: Math.abs(word.top - bottom) };
      });
    });
    for (const { x, y } of distances) {
      expect(x).toBeLessThan(30);
      expect(y).toBeLessThan(2);
    }
    expect(await status(page)).toBe(`Parse of 11 words for “${SENTENCE}”.`);
    expect(await page.locator('.notice').innerText()).toContain('depend on this parse');
    await record(page, 'explain');
  });

  it('describes the parse for screen readers', async () => {
    const page = await open('the sun over a hose');
    const entries = page.getByRole('list', { name: 'Words of the sentence' }).getByRole('listitem');
    await entries.first().waitFor();
    expect(await entries.nth(0).textContent()).toContain(
      'the: article or pointer, article or pointer of “sun”',
    );
    expect(await entries.nth(1).textContent()).toContain('sun: noun, the root of the sentence');
    expect(await entries.nth(4).textContent()).toContain(
      'hose: noun, noun that tells more of “sun”; not known',
    );
  });

  it('marks unknown words and offers the sentence with known ones', async () => {
    const page = await open('a tre over a hose under a zebroid');
    await parse(page).waitFor();
    expect(await page.locator('.unknown .word').allInnerTexts()).toEqual(['tre', 'hose', 'zebroid']);
    expect(await page.getByText('Not known to the model: tre, hose, zebroid').count()).toBe(1);
    await record(page, 'explain-unknown');
    await page.getByRole('button', { name: 'house? Use it instead of hose' }).click();
    // The offered sentence is the same before and after: only the new button must be pressed.
    await expect.poll(() => page.locator('.unknown .word').allInnerTexts()).toEqual(['tre', 'zebroid']);
    const meant = button(page, 'a tree over a house under a zebroid');
    await meant.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.unknown .word').allInnerTexts()).toEqual(['zebroid']);
    expect(new URL(page.url()).searchParams.get('q')).toBe('a tree over a house under a zebroid');
    expect(await page.getByText('Did you mean').count()).toBe(0);
    expect(await parse(page).evaluate((box) => box.matches(':focus'))).toBe(true);
    await page.goBack();
    await expect.poll(() => page.locator('.unknown .word').allInnerTexts()).toEqual(['tre', 'zebroid']);
  });

  it('says so if scores do not depend on the parse', async () => {
    const page = await open('slow sun');
    expect(await page.locator('.notice').innerText()).toContain('do not depend on this parse');
  });

  it('explains what the labels mean', async () => {
    const page = await open(SENTENCE);
    await page.getByText('What the labels mean').click();
    expect(await page.locator('.legend dt').allInnerTexts()).toEqual(['case', 'cc', 'det', 'nmod']);
    await record(page, 'explain-legend');
  });

  it('takes another sentence by keyboard alone', async () => {
    const page = await open(undefined);
    await page.getByRole('heading', { name: 'Which word belongs to which?' }).waitFor();
    await record(page, 'explain-start');
    await page.keyboard.type('a house');
    await page.keyboard.press('Enter');
    await parse(page).waitFor();
    expect(await page.locator('.arc').count()).toBe(2);
    await page.getByRole('searchbox').blur();
    await page.keyboard.press('/');
    await page.keyboard.type('the ball');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.word').allInnerTexts()).toEqual(['the', 'ball']);
  });

  it('leads to the search and back', async () => {
    const page = await open('a house and a ball');
    await page.getByRole('link', { name: 'Search for this sentence' }).click();
    await page.locator('.card').first().waitFor();
    expect(await page.getByRole('combobox').inputValue()).toBe('a house and a ball');
    await page.getByRole('link', { name: 'How these words relate' }).click();
    await parse(page).waitFor();
    expect(await page.locator('.arc').count()).toBe(5);
  });

  it('says that the sentence is empty', async () => {
    const page = await open('a house');
    await parse(page).waitFor();
    await page.getByRole('searchbox').fill('  ');
    await page.getByRole('searchbox').press('Enter');
    await page.getByRole('heading', { name: 'There is no sentence yet' }).waitFor();
    expect(await parse(page).count()).toBe(0);
    await record(page, 'explain-empty');
  });

  it('shows a problem if the sentence cannot be parsed, and recovers', async () => {
    site.health.encode = 'down';
    const page = await open('a house');
    await page.getByRole('heading', { name: 'Search is not available' }).waitFor();
    expect(await status(page)).toContain('does not respond');
    await record(page, 'explain-error');
    site.health.encode = 'well';
    await button(page, 'Try again').click();
    await parse(page).waitFor();
  });

  it('says that there is no network, and continues when there is one', async () => {
    const page = await open(undefined);
    await page.context().setOffline(true);
    await page.getByRole('searchbox').fill('a house');
    await page.getByRole('searchbox').press('Enter');
    await page.getByRole('heading', { name: 'You are offline' }).waitFor();
    await record(page, 'explain-offline');
    await page.context().setOffline(false);
    await parse(page).waitFor();
  });

  it('runs no markup from the service', async () => {
    const page = await open(undefined);
    const text = '<img src=x onerror=alert(1)>';
    const word = { text, id: 3, known: false, suggestion: '<b>b</b>', head: 0, relation: '<i>r</i>' };
    await page.route('**/v1/parse?**', (route) =>
      route.fulfill({
        json: {
          generation: 'g',
          compared: false,
          words: [{ ...word, tag: '<u>t</u>', universalTag: '<s>s</s>' }],
          dependencies: [],
        },
      }),
    );
    await page.getByRole('searchbox').fill(text);
    await page.getByRole('searchbox').press('Enter');
    await parse(page).waitFor();
    expect(await page.locator('.results :is(img, b, i, u, s)').count()).toBe(0);
  });
});

describe('on other screens', () => {
  it('scrolls sideways within its box on a phone', async () => {
    const page = await open(SENTENCE, {
      viewport: { width: 360, height: 780 },
      isMobile: true,
      hasTouch: true,
    });
    await parse(page).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    const [inside, box] = await parse(page).evaluate(({ scrollWidth, clientWidth }) => [
      scrollWidth,
      clientWidth,
    ]);
    expect(inside).toBeGreaterThan(box ?? 0);
    await record(page, 'explain-phone');
    await parse(page).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => parse(page).evaluate(({ scrollLeft }) => scrollLeft)).toBeGreaterThan(0);
  });

  it('is dark if the reader prefers that', async () => {
    const page = await open('a tre over a house', { colorScheme: 'dark' });
    await parse(page).waitFor();
    expect(
      await page
        .locator('.word')
        .first()
        .evaluate((word) => getComputedStyle(word).color),
    ).toBe('rgb(241, 238, 233)');
    await record(page, 'explain-dark');
  });
});

describe('the search page', () => {
  it('names unknown words and offers known ones', async () => {
    opened = await site.open('/?q=the+sun+over+a+hose');
    const { page } = opened;
    await page.locator('.card').first().waitFor();
    expect(await page.getByText('Not known to the model: hose').count()).toBe(1);
    await record(page, 'did-you-mean');
    await button(page, 'the sun over a house').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => status(page)).toBe('20 images for “the sun over a house”.');
    expect(await page.getByText('Did you mean').count()).toBe(0);
    expect(await page.getByRole('combobox').inputValue()).toBe('the sun over a house');
    expect(await page.getByRole('combobox').evaluate((line) => line.matches(':focus'))).toBe(true);
  });

  it('offers them also if nothing was found', async () => {
    opened = await site.open('/?q=nothing+like+a+hose');
    const { page } = opened;
    await page.getByRole('heading', { name: 'No image found' }).waitFor();
    expect(await button(page, 'nothing like a house').count()).toBe(1);
  });
});
