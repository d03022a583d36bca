import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible } from './axe.ts';
import { screenshot } from './browser.ts';
import { type Scene, scene, type Thing } from './scenes.ts';
import { type OpenPage, type Site, startSite } from './site.ts';

let site: Site;
let opened: OpenPage;
let page: Page;

const chip = (word: string) => page.getByRole('button', { name: word, exact: true });
const explanation = () => page.locator('.explanation').innerText();

/** The scene that the dialog shows. */
async function shown(): Promise<Scene> {
  const address = await page.locator('.canvas > img').getAttribute('src');
  return scene(Number(/scene-(\d+)/.exec(address ?? '')?.[1]));
}

/** The box on the screen of a thing in the image, in fractions of the image as it is drawn. */
async function box(thing: Thing): Promise<number[]> {
  const region = Object.keys((await shown()).boxes).indexOf(thing);
  return page.locator(`.frame-box[data-region="${region}"]`).evaluate((frame) => {
    const canvas = frame.closest('.canvas')?.getBoundingClientRect() as DOMRect;
    const { left, top, right, bottom } = frame.getBoundingClientRect();
    return [
      (left - canvas.left) / canvas.width,
      (top - canvas.top) / canvas.height,
      (right - canvas.left) / canvas.width,
      (bottom - canvas.top) / canvas.height,
    ];
  });
}

async function expectStrongest(thing: Thing): Promise<void> {
  const expected = (await shown()).boxes[thing];
  for (const [edge, value] of (await box(thing)).entries())
    expect(value).toBeCloseTo(expected[edge] ?? -1, 2);
  const shares = await page
    .locator('.frame-box')
    .evaluateAll((all) => all.map((one) => [(one as HTMLElement).dataset.region, one.textContent]));
  const region = String(Object.keys((await shown()).boxes).indexOf(thing));
  // Drawn last, so that nothing covers it; the only one whose share is large enough for a label.
  expect(shares.at(-1)).toEqual([region, '72%']);
  expect(shares.slice(0, -1).every(([, text]) => text === '')).toBe(true);
}

beforeAll(async () => {
  site = await startSite();
  opened = await site.open('/?q=the+sun+over+a+house+beside+a+zebroid');
  page = opened.page;
  await page.locator('.card').nth(2).click();
  await page.getByRole('dialog').waitFor();
});
afterAll(async () => {
  await site.close();
});

describe('what each word looks at', () => {
  it('starts with the word with the strongest attention, and shows its regions in place', async () => {
    expect(await chip('sun').getAttribute('aria-pressed')).toBe('true');
    expect(await page.locator('.frame-box').count()).toBe(4);
    await expectStrongest('sun');
    expect(await explanation()).toContain('72%');
    await expectAccessible(page);
    await screenshot(page, 'detail');
  });

  it('shows the image in its own proportions', async () => {
    const { width, height } = await shown();
    const drawn = await page.locator('.canvas').boundingBox();
    expect((drawn?.width ?? 0) / (drawn?.height ?? 1)).toBeCloseTo(width / height, 2);
  });

  it('lights the strongest region up and leaves the rest dark', async () => {
    const opacities = await page
      .locator('.light')
      .evaluateAll((all) => all.map((one) => Number(getComputedStyle(one).opacity)));
    expect(opacities.at(-1)).toBe(1);
    expect(Math.max(...opacities.slice(0, -1))).toBeLessThan(0.1);
    expect(await page.locator('.canvas > img').evaluate((image) => getComputedStyle(image).filter)).toContain(
      'brightness(0.45)',
    );
  });

  it('shows another word while the pointer is on it, and goes back', async () => {
    await chip('house').hover();
    await expectStrongest('house');
    await page.mouse.move(5, 5);
    await expectStrongest('sun');
  });

  it('keeps a pressed word from image to image', async () => {
    await chip('house').click();
    await page.mouse.move(5, 5);
    await expectStrongest('house');
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.place').innerText()).toBe('4 of 20');
    await expectStrongest('house');
    expect(await chip('house').getAttribute('aria-pressed')).toBe('true');
  });

  it('shows the plain image when no word is pressed', async () => {
    await chip('house').click();
    await page.mouse.move(5, 5);
    expect(await page.locator('.frame-box').count()).toBe(0);
    expect(await page.locator('.canvas.dimmed').count()).toBe(0);
    expect(await explanation()).toContain('Choose a word');
  });

  it('marks a word that the model does not know', async () => {
    const unknown = page.getByRole('button', { name: 'zebroid (not known to the model)' });
    await unknown.focus();
    await page.keyboard.press('Enter');
    expect(await explanation()).toMatch(/does not know this word.*zebroid/);
  });

  it('says that an image behind the shortlist was not compared', async () => {
    await page.getByRole('button', { name: 'Close' }).click();
    await page.locator('.card').nth(17).click();
    expect(await explanation()).toContain('beyond the ones that were compared');
    expect(await page.locator('.chip:visible').count()).toBe(0);
    expect(opened.faults).toEqual([]);
  });
});
