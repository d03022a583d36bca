import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { Hono } from 'hono';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KERNELS_FOLDER } from '../../infra/build-kernels.ts';
import type { KernelPage } from '../runtime/kernel-page.ts';
import { SEED } from '../runtime/kernel-scenario.ts';
import { computeInNode, type NodeNumbers } from '../runtime/kernel-setup.ts';
import { startBrowser } from './browser.ts';
import { listen } from './upstreams.ts';

declare const kernelPage: KernelPage;

/** A site that serves the built kernels and a page. */
async function kernelSite(): Promise<Hono> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '../runtime/kernel-page.ts')],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: ['es2024'],
    write: false,
    logLevel: 'warning',
  });
  const page = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';
  return new Hono()
    .get('/', (c) => c.html(page))
    .get('/page.js', (c) =>
      c.body(outputFiles[0]?.text ?? '', 200, { 'content-type': 'text/javascript; charset=utf-8' }),
    )
    .get('/kernels/:file', async (c) =>
      c.body(new Uint8Array(await readFile(join(KERNELS_FOLDER, c.req.param('file')))), 200, {
        'content-type': 'application/wasm',
      }),
    );
}

describe(`the kernels in a browser (seed ${SEED})`, () => {
  let expected: NodeNumbers;
  let site: Awaited<ReturnType<typeof listen>>;
  let browser: Browser;
  let page: Page;
  let folder = '';

  beforeAll(async () => {
    expected = await computeInNode();
    site = await listen(await kernelSite());
    browser = await startBrowser();
    page = await browser.newPage();
    await page.goto(site.url);
    folder = new URL('/kernels/', site.url).href;
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('return the same bits as Node, without shared memory', async () => {
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    expect(await page.evaluate((address) => kernelPage.run(address), folder)).toEqual(expected.relaxed);
  });

  it('return the same bits as Node without relaxed instructions', async () => {
    expect(await page.evaluate((address) => kernelPage.runPlain(address), folder)).toEqual(expected.plain);
  });

  it('report what is missing', async () => {
    const said = await page.evaluate(
      (address) => kernelPage.failure(address),
      new URL('/nothing/', folder).href,
    );
    expect(said).toMatch(/^backend_unavailable: the kernel (match|encode)-relaxed\.wasm: /);
  });
});
