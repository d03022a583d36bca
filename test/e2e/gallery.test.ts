import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { galleryModelFolder } from '../../batch/gallery/model-folder.ts';
import { MODEL_FILES } from '../../shared/generation/index.ts';
import { type SearchResponse, searchResponseSchema } from '../../shared/schema/index.ts';
import { type CommandProcess, startCommandProcess } from '../support/command-process.ts';
import { expectAccessible } from './axe.ts';
import { screenshot, startBrowser } from './browser.ts';

/** A later start draws and builds nothing; on a busy machine it takes up to this. */
const LATER_START_MS = 30_000;

describe.skipIf(!existsSync(join(galleryModelFolder(), MODEL_FILES.config)))(
  'a start without any data (skipped where the gallery has no model: `npm run train:gallery` makes it)',
  () => {
    let folder = '';
    let command: CommandProcess;
    let browser: Browser;
    let page: Page;
    let url = '';

    async function start(): Promise<void> {
      const places = ['--index', join(folder, 'index'), '--gallery', join(folder, 'data', 'gallery')];
      command = startCommandProcess(['start', '--port', '0', ...places]);
      [, url = ''] = await command.said(/(http:\/\/127\.0\.0\.1:\d+)\/[\s\S]*Ctrl-C/);
    }

    async function stop(): Promise<void> {
      command.child.kill('SIGTERM');
      expect(await command.ended).toBe(0);
    }

    async function open(options: BrowserContextOptions = {}): Promise<void> {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        // Images that fade in would be half visible on a screenshot.
        reducedMotion: 'reduce',
        ...options,
      });
      page = await context.newPage();
      await page.goto(url);
      await page.locator('.example').first().waitFor();
    }

    /** Presses a button that searches, and waits for the images of its sentence; returns the address of the first one. */
    async function pressExample(place: number): Promise<string> {
      const button = page.locator('.example').nth(place);
      const sentence = await button.innerText();
      await button.click();
      await page
        .getByRole('status')
        .filter({ hasText: `“${sentence}”` })
        .waitFor();
      expect(await page.getByRole('combobox').inputValue()).toBe(sentence);
      return (await page.locator('.card img').first().getAttribute('src')) ?? '';
    }

    async function search(query: string, limit: number): Promise<SearchResponse['hits']> {
      const answer = await fetch(
        `${url}/v1/search?${new URLSearchParams({ q: query, limit: String(limit) })}`,
      );
      const { stage, hits } = searchResponseSchema.parse(await answer.json());
      expect(stage).toBe('rerank');
      return hits;
    }

    const imagesShown = () =>
      page.waitForFunction(() => {
        const images = document
          .querySelector('gsmn-search')
          ?.shadowRoot?.querySelectorAll<HTMLImageElement>('.card img');
        return images !== undefined && [...images].slice(0, 6).every((image) => image.naturalWidth > 0);
      });

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'gsmn-gallery-'));
      await start();
      browser = await startBrowser();
    }, 600_000);
    afterEach(() => page?.context().close());
    afterAll(async () => {
      await browser?.close();
      command?.child.kill('SIGTERM');
      await command?.ended;
      command?.destroy();
      rmSync(folder, { recursive: true, force: true });
    }, 60_000);

    it('offers to search drawn images, with pairs of sentences to try', async () => {
      await open();
      expect(await page.locator('.note').innerText()).toMatch(/^2,000 drawn images/);
      const groups = page.locator('.example-group');
      expect(await groups.count()).toBeGreaterThanOrEqual(4);
      for (const group of await groups.all()) expect(await group.locator('.example').count()).toBe(2);
      await expectAccessible(page);
      await screenshot(page, 'gallery-start');
    });

    it('mostly finds another image first for a sentence than for its twin', async () => {
      await open();
      const pairs = await page.locator('.example-group').count();
      let different = 0;
      for (let pair = 0; pair < pairs; pair++) {
        await page.goto(url);
        const first = await pressExample(2 * pair);
        // Above the images there is now one button: the twin's.
        if (first !== (await pressExample(0))) different++;
      }
      expect(different).toBeGreaterThan(pairs / 2);
    });

    it('mostly shows the right image on the first page, before its twin', async () => {
      await open();
      let right = 0;
      const groups = await page.locator('.example-group').all();
      for (const group of groups) {
        const sentences = await group.locator('.example').allInnerTexts();
        for (const sentence of sentences) {
          const hits = await search(sentence, 20);
          const rank = (text: string) => hits.findIndex(({ captions }) => captions.includes(`${text} .`));
          const own = rank(sentence);
          const others = sentences.filter((other) => other !== sentence).map(rank);
          if (own >= 0 && others.every((other) => other < 0 || own < other)) right++;
        }
      }
      expect(right).toBeGreaterThan(groups.length);
    });

    it('goes back and forth between twins by keyboard', async () => {
      await open();
      await pressExample(0);
      const twin = page.locator('.compare .example');
      const sentences: string[] = [];
      await twin.focus();
      for (let press = 0; press < 3; press++) {
        sentences.push(await twin.innerText());
        await page.keyboard.press('Enter');
        await page
          .getByRole('status')
          .filter({ hasText: `“${sentences.at(-1)}”` })
          .waitFor();
      }
      expect(sentences[0]).not.toBe(sentences[1]);
      expect(sentences[2]).toBe(sentences[0]);
    });

    it('shows what the words attended to', async () => {
      await open();
      await pressExample(0);
      await imagesShown();
      await expectAccessible(page);
      await screenshot(page, 'gallery-results');
      await page.locator('.card').first().click();
      await page.getByRole('dialog').waitFor();
      await page.locator('.frame-box').first().waitFor();
      expect(await page.locator('.chip:visible').count()).toBeGreaterThan(3);
      await screenshot(page, 'gallery-evidence');
    });

    it.each([
      ['dark', { colorScheme: 'dark' }],
      ['phone', { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true }],
    ] as const)('fits other screens and preferences: %s', async (name, options) => {
      await open(options);
      await expectAccessible(page);
      await screenshot(page, `gallery-start-${name}`);
      await pressExample(1);
      await imagesShown();
      const { width } = page.viewportSize() ?? { width: 0 };
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
      await expectAccessible(page);
      await screenshot(page, `gallery-results-${name}`);
    });

    it('finds everything in place the next time', async () => {
      await stop();
      const began = performance.now();
      await start();
      expect(await search('a dog follows a girl', 3)).toHaveLength(3);
      expect(performance.now() - began).toBeLessThan(LATER_START_MS);
      expect(command.stderr()).toContain('is built already');
      expect(command.stderr()).not.toMatch(/drawing|gallery, test|encode images/);
    });
  },
);
