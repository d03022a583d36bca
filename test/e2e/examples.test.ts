import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { Hono } from 'hono';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildSearchClient } from '../../infra/build-search-client.ts';
import { searchResponseSchema } from '../../shared/schema/index.ts';
import { type OpenPage, type Site, startSite } from './site.ts';
import { listen } from './upstreams.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = join(root, 'docs/examples');
const execute = promisify(execFile);
const text = (name: string) => readFileSync(join(folder, name), 'utf8');

let site: Site;
let pages: { readonly url: string; close(): Promise<void> };
let opened: OpenPage | undefined;

/** Bundles the React example into one script. */
async function reactScript(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(folder, 'react/main.tsx')],
    bundle: true,
    format: 'esm',
    define: { 'process.env.NODE_ENV': '"development"' },
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}

/** The examples that are pages, on an origin of their own. */
function examplePages(service: string, script: string): Hono {
  const react = `<!doctype html><html lang="en"><title>React</title><link rel="icon" href="data:,">
<div id="root" data-endpoint="${service}/v1/search"></div><script type="module" src="/react.js"></script></html>`;
  return new Hono()
    .get('/widget', (c) => c.html(text('widget.html').replaceAll('https://search.example', service)))
    .get('/react', (c) => c.html(react))
    .get('/react.js', (c) => c.body(script, 200, { 'content-type': 'text/javascript' }))
    .get('/favicon.ico', (c) => c.body(null, 204));
}

async function open(path: string): Promise<Page> {
  opened = await site.open(pages.url + path);
  return opened.page;
}

beforeAll(async () => {
  // By its name, the client is the built one.
  await buildSearchClient();
  site = await startSite();
  pages = await listen(examplePages(site.url, await reactScript()));
});
afterAll(async () => {
  await pages.close();
  await site.close();
});
afterEach(async () => {
  Object.assign(site.health, { encode: 'well' });
  expect(opened?.faults ?? []).toEqual([]);
  await opened?.page.context().close();
  opened = undefined;
});

describe('widget.html', () => {
  it('searches and tells the page which image was chosen', async () => {
    const page = await open('/widget');
    await page.getByRole('combobox').fill('a house');
    await page.getByRole('combobox').press('Enter');
    await page.locator('.card').nth(11).waitFor();
    await page.locator('.card').first().click();
    await page.getByText(/^You chose scene-\d+\.svg\.$/).waitFor();
  });
});

describe('react', () => {
  it('stays within 40 lines', () => {
    expect(text('react/image-search.tsx').trimEnd().split('\n').length).toBeLessThanOrEqual(40);
  });

  it('shows images, fetches more, and says when nothing is found', async () => {
    const page = await open('/react');
    const field = page.getByRole('searchbox');
    await field.fill('a house');
    await field.press('Enter');
    await page.getByRole('img').nth(11).waitFor();
    expect(await page.getByRole('img').first().getAttribute('src')).toBe(`${site.url}/images/scene-15.svg`);
    await page.getByRole('button', { name: 'More images' }).click();
    await page.getByRole('img').nth(23).waitFor();
    await page.getByRole('button', { name: 'More images' }).click();
    await page.getByRole('button', { name: 'More images' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('img').count()).toBe(26);
    await field.fill('nothing');
    await field.press('Enter');
    await page.getByText('No image found.').waitFor();
  });

  it('shows a problem and tries again', async () => {
    const page = await open('/react');
    site.health.encode = 'down';
    await page.getByRole('searchbox').fill('a house');
    await page.getByRole('searchbox').press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).toContain('Search is not available');
    site.health.encode = 'well';
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('img').first().waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});

describe('search.mjs', () => {
  const run = (...parameters: readonly string[]) =>
    execute(process.execPath, [join(folder, 'search.mjs'), ...parameters], { cwd: root });

  it('prints scores, addresses and captions', async () => {
    const { stdout } = await run('the sun', site.url);
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(new RegExp(`^\\d\\.\\d{3} ${site.url}/images/scene-15\\.svg A small tree`));
  });

  it('prints a problem and fails', async () => {
    await expect(run('x'.repeat(501), site.url)).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('The query is too long'),
    });
  });
});

describe('search.sh', () => {
  it('prints the answers of search and parse', async () => {
    const { stdout } = await execute('sh', [join(folder, 'search.sh'), 'the sun & a ball', site.url]);
    const [search = '', parse = ''] = stdout.trim().split('\n');
    const answer = searchResponseSchema.parse(JSON.parse(search));
    expect(answer.query).toBe('the sun & a ball');
    expect(answer.hits).toHaveLength(3);
    expect(JSON.parse(parse)).toMatchObject({ words: expect.arrayContaining([]) });
  });
});

describe('README.md', () => {
  it('lists every example', () => {
    const listed = [...text('README.md').matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1]);
    expect(listed).toEqual(
      expect.arrayContaining(['widget.html', 'react/image-search.tsx', 'search.mjs', 'search.sh']),
    );
  });
});
