import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type QueryLogLine, queryLogLineSchema } from '../../shared/observe/query-log-line.ts';
import { type Site, startSite } from './site.ts';

let site: Site;
const lines: QueryLogLine[] = [];

beforeAll(async () => {
  site = await startSite({ onQuery: (line) => void lines.push(queryLogLineSchema.parse(line)) });
});
afterAll(() => site.close());

/** Searches and opens a hit. */
async function choose(page: Page, query: string, position: number): Promise<void> {
  await page.getByRole('combobox').fill(query);
  await page.getByRole('combobox').press('Enter');
  await page
    .locator('.card')
    .nth(position - 1)
    .click();
}

describe('the widget where queries are logged', () => {
  it.each([
    ['of the search itself', () => site.url],
    ['of another site', () => site.otherUrl],
  ])('tells on a page %s which hit was chosen', async (_, where) => {
    lines.length = 0;
    const { page, faults } = await site.open(where());
    await choose(page, 'a house', 3);
    await expect.poll(() => lines.length).toBe(2);
    const [search, click] = lines;
    expect(search).toMatchObject({ kind: 'search', query: 'a house', offset: 0 });
    expect(click).toEqual({
      kind: 'click',
      at: expect.any(String),
      search: search?.kind === 'search' ? search.id : '',
      position: 3,
    });
    expect(await page.context().cookies()).toEqual([]);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
