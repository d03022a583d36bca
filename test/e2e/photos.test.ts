import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SearchResponse, searchResponseSchema } from '../../shared/schema/index.ts';
import { type CommandProcess, startCommandProcess } from '../support/command-process.ts';
import { expectAccessible } from './axe.ts';
import { screenshot, startBrowser } from './browser.ts';

const photos = resolve(import.meta.dirname, '../../../shared/photos');

/** Exhaustive GSMN on these photographs, text to image R@10 (docs/coarse-recall.md): the search must not be worse. */
const EXHAUSTIVE_R10 = 52.4;
/** Every fifth photograph's first caption: a standard error of about 5 points. */
const QUERIES = 100;

describe.skipIf(!existsSync(photos))(
  'the whole system on real photographs (skipped without ../shared/photos)',
  () => {
    let folder = '';
    let command: CommandProcess;
    let browser: Browser;
    let page: Page;
    let url = '';

    const gsmn = async (...parameters: string[]): Promise<string> => {
      const one = startCommandProcess([...parameters, '--index', join(folder, 'index')]);
      const code = await one.ended;
      if (code !== 0) throw new Error(`gsmn ${parameters.join(' ')} ended with ${code}:\n${one.stderr()}`);
      return one.stdout();
    };

    async function search(query: string, limit = 10): Promise<SearchResponse> {
      const answer = await fetch(
        `${url}/v1/search?${new URLSearchParams({ q: query, limit: String(limit) })}`,
      );
      expect(answer.status).toBe(200);
      return searchResponseSchema.parse(await answer.json());
    }

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'gsmn-photos-'));
      command = startCommandProcess([
        'start',
        '--data',
        photos,
        '--index',
        join(folder, 'index'),
        '--port',
        '0',
      ]);
      [, url = ''] = await command.said(/(http:\/\/127\.0\.0\.1:\d+)\/[\s\S]*Ctrl-C/);
      browser = await startBrowser();
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        // Images that fade in would be half visible on a screenshot.
        reducedMotion: 'reduce',
      });
      page = await context.newPage();
    }, 600_000);
    afterAll(async () => {
      await browser?.close();
      command?.child.kill('SIGTERM');
      await command?.ended;
      command?.destroy();
      rmSync(folder, { recursive: true, force: true });
    }, 60_000);

    it('returns photographs for a sentence, reranked, each with evidence', async () => {
      const { stage, hits, words, degraded } = await search('two dogs running on grass');
      expect([stage, degraded, hits.length]).toEqual(['rerank', undefined, 10]);
      expect(words.every(({ known }) => known)).toBe(true);
      for (const { image, evidence, captions } of hits) {
        expect(captions).toHaveLength(5);
        expect(evidence?.words.map(({ word }) => word)).toEqual([
          'two',
          'dogs',
          'running',
          'on',
          'grass',
          '.',
        ]);
        const file = await fetch(new URL(image.url ?? '', url));
        expect(file.headers.get('content-type')).toMatch(/^image\//);
        await file.body?.cancel();
      }
    });

    it('finds the right photographs at least as often as exhaustive matching', async () => {
      const captions = (await readFile(join(photos, 'dev_caps.txt'), 'utf8')).trimEnd().split('\n');
      const names = (await readFile(join(photos, 'dev_images.txt'), 'utf8')).trimEnd().split('\n');
      const step = Math.floor(names.length / QUERIES);
      let found = 0;
      for (let query = 0; query < QUERIES; query++) {
        const { hits } = await search(captions[query * step * 5] ?? '');
        if (hits.some(({ image }) => image.name === names[query * step])) found++;
      }
      expect((100 * found) / QUERIES).toBeGreaterThanOrEqual(EXHAUSTIVE_R10);
    }, 120_000);

    it('shows them to a person', async () => {
      await page.goto(url);
      await page.getByRole('combobox').fill('a man riding a bike on a dirt path');
      await page.keyboard.press('Enter');
      await page.locator('.card').nth(5).waitFor();
      await page.waitForFunction(() => {
        const images = document
          .querySelector('gsmn-search')
          ?.shadowRoot?.querySelectorAll<HTMLImageElement>('.card img');
        return images !== undefined && [...images].slice(0, 6).every((image) => image.naturalWidth > 0);
      });
      await screenshot(page, 'photos-results');
      await expectAccessible(page);

      await page.locator('.card').first().click();
      await page.getByRole('dialog').waitFor();
      await page.getByRole('button', { name: 'man', exact: true }).click();
      await page.locator('.frame-box').first().waitFor();
      await page.waitForTimeout(400); // the boxes fade in
      await screenshot(page, 'photos-evidence');
      await page.keyboard.press('Escape');
    });

    it('is rebuilt while it is searched, and rolls back, without a failed search', async () => {
      const before = (await search('a dog')).generation;
      let searching = true;
      const seen = new Set<string>();
      const load = (async () => {
        let count = 0;
        while (searching) {
          const { generation, stage, hits } = await search(`a child in the snow ${count++ % 7}`);
          expect([stage, hits.length]).toEqual(['rerank', 10]);
          seen.add(generation);
        }
        return count;
      })();
      const built = await gsmn(
        'index',
        'build',
        '--data',
        photos,
        '--images-url',
        '/images',
        '--split',
        'dev',
        '--propagation',
        'self',
        '--json',
      );
      expect(JSON.parse(built)).toMatchObject({ generation: before, built: false });
      // Another address of the image files makes another generation.
      const other = JSON.parse(
        await gsmn('index', 'build', '--data', photos, '--images-url', `${url}/images`, '--json'),
      ) as { generation: string };
      expect(other.generation).not.toBe(before);
      await expect
        .poll(async () => (await search('a dog')).generation, { timeout: 20_000 })
        .toBe(other.generation);
      expect(await gsmn('index', 'verify')).toContain(other.generation);
      await gsmn('index', 'rollback');
      await expect.poll(async () => (await search('a dog')).generation, { timeout: 20_000 }).toBe(before);
      searching = false;
      expect(await load).toBeGreaterThan(20);
      expect([...seen].sort()).toEqual([before, other.generation].sort());
    }, 180_000);

    it('has the same order on the command line', async () => {
      const query = 'a girl on a swing';
      const answer = JSON.parse(await gsmn('search', query, '--limit', '5', '--json')) as {
        hits: { image: { name: string }; score: number }[];
      };
      const { hits } = await search(query, 5);
      expect(answer.hits.map(({ image }) => image.name)).toEqual(hits.map(({ image }) => image.name));
      for (const [rank, hit] of hits.entries())
        expect(answer.hits[rank]?.score).toBeCloseTo(hit.scores.fused ?? Number.NaN, 4);
    });
  },
);
