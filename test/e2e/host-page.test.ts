import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import type { Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type OpenPage, type Site, startSite } from './site.ts';
import { listen } from './upstreams.ts';

/** Properties of our elements that a test sets. */
type Widget = HTMLElement & Record<string, unknown>;

let site: Site;
let host: { readonly url: string; close(): Promise<void> };
let opened: OpenPage | undefined;
let asked: string[] = [];

/** A page of another site with a widget. Every path returns the same document, as in a single-page application. */
function hostPage(service: string): Hono {
  const script = (name: string) => `<script type="module" src="${service}/${name}.js"></script>`;
  const document = (head: string, body: string) =>
    `<!doctype html><html lang="en"><head><title>Host</title><link rel="icon" href="data:,">${head}</head><body>${body}</body></html>`;
  const frame = `${script('widget')}<gsmn-search router="history"></gsmn-search>`;
  return new Hono()
    .get('/frame', (c) =>
      c.html(document('', `<iframe srcdoc="${frame.replaceAll('"', '&quot;')}"></iframe>`)),
    )
    .get('/graph', (c) => c.html(document(script('explain'), '<gsmn-graph router="history"></gsmn-graph>')))
    .get('/named', (c) =>
      c.html(document(script('widget'), '<gsmn-search router="history" url-parameter="find"></gsmn-search>')),
    )
    .get('/early', (c) =>
      c.html(
        document(
          script('widget'),
          `<gsmn-search></gsmn-search><script>
const widget = document.querySelector('gsmn-search');
widget.limit = 3;
widget.placeholder = 'Set early';
widget.query = 'a house';
</script>`,
        ),
      ),
    )
    .get('/*', (c) =>
      c.html(
        document(
          script('widget'),
          '<a href="#x">X</a><gsmn-search router="history"></gsmn-search><p id="x">X</p>',
        ),
      ),
    );
}

async function open(path: string): Promise<Page> {
  opened = await site.open(host.url + path);
  const { page } = opened;
  asked = [];
  page.on('request', (request) => {
    if (/\/v1\/(search|parse)\?/.test(request.url())) asked.push(request.url());
  });
  return page;
}

async function search(page: Page | Frame, text: string): Promise<void> {
  // In one go: on a busy machine, a pause in typing would search before Enter does.
  await page.getByRole('combobox').evaluate((line: HTMLInputElement, written) => {
    line.value = written;
    line.dispatchEvent(new InputEvent('input', { bubbles: true }));
    line.form?.requestSubmit();
  }, text);
  await page.locator('.card').first().waitFor();
}

/** Longer than the widget waits for a pause in typing. */
const pause = (page: Page) => page.waitForTimeout(600);
const query = (address: string | undefined) => new URL(address ?? '').searchParams.get('q');

beforeAll(async () => {
  site = await startSite();
  host = await listen(hostPage(site.url));
});
afterAll(async () => {
  await host.close();
  await site.close();
});
afterEach(async () => {
  expect(opened?.faults ?? []).toEqual([]);
  await opened?.page.context().close();
  opened = undefined;
});

describe('in a frame without an address', () => {
  it('searches, and says once that it cannot write the address', async () => {
    const page = await open('/frame');
    const warnings: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'warning') warnings.push(message.text());
    });
    const frame = page.frames()[1];
    if (frame === undefined) throw new Error('the page has no frame');
    await search(frame, 'a house');
    await search(frame, 'a tree');
    await frame.getByRole('status').getByText('“a tree”').waitFor({ state: 'attached' });
    expect(asked.map(query)).toEqual(['a house', 'a tree']);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('router');
  });
});

describe('beside the history of the page', () => {
  it('keeps what it shows when someone follows a link into the page, or closes a dialog by going back', async () => {
    const page = await open('/');
    await search(page, 'a house');
    await page.getByRole('button', { name: 'More images' }).click();
    await page.locator('.card').nth(25).waitFor();
    expect(asked).toHaveLength(2);
    await page.getByRole('link', { name: 'X' }).click();
    await page.evaluate(() => history.pushState({ dialog: true }, ''));
    await page.goBack();
    await page.goBack();
    expect(page.url()).toBe(`${host.url}/?q=a+house`);
    await pause(page);
    expect(asked).toHaveLength(2);
    expect(await page.locator('.card').count()).toBe(26);
  });

  it('keeps what it shows when the page moves it', async () => {
    const page = await open('/');
    await search(page, 'a house');
    await page.evaluate(() => document.body.prepend(document.querySelector('gsmn-search') ?? ''));
    await pause(page);
    expect(asked).toHaveLength(1);
    expect(await page.locator('.card').count()).toBe(20);
  });

  it('keeps the state that the page’s router has in the entry', async () => {
    const page = await open('/');
    await page.evaluate(() => history.replaceState({ router: 7 }, ''));
    await search(page, 'a house');
    expect(await page.evaluate(() => [history.length, history.state])).toEqual([3, { router: 7 }]);
  });

  it('does not search for what another page of the router has as its ?q=', async () => {
    const page = await open('/');
    await search(page, 'a house');
    await page.evaluate(() => {
      history.pushState(null, '', '/shop?q=shoes');
      history.pushState(null, '', '/checkout');
    });
    await page.goBack();
    expect(page.url()).toBe(`${host.url}/shop?q=shoes`);
    await pause(page);
    expect(asked.map(query)).toEqual(['a house']);
    expect(await page.getByRole('combobox').inputValue()).toBe('a house');
  });

  it('leaves ?q= to the page where its own parameter has another name', async () => {
    const page = await open('/named?q=shoes');
    await page.getByRole('heading', { name: 'Who does what' }).waitFor();
    await search(page, 'a house');
    expect(page.url()).toBe(`${host.url}/named?q=shoes&find=a+house`);
    expect(asked.map(query)).toEqual(['a house']);
    await page.reload();
    await page.locator('.card').first().waitFor();
    expect(await page.getByRole('combobox').inputValue()).toBe('a house');
  });

  it('draws a parse once, whatever the page does with its history', async () => {
    const page = await open('/graph?q=a+house');
    await page.locator('.word').first().waitFor();
    asked = [];
    await page.evaluate(() => {
      location.hash = 'x';
    });
    await page.goBack();
    await pause(page);
    expect(asked).toEqual([]);
  });
});

describe('an input method', () => {
  it('is waited for', async () => {
    const page = await open('/');
    await page.getByRole('combobox').focus();
    const devtools = await page.context().newCDPSession(page);
    for (const text of ['g', 'go', 'gou']) {
      await devtools.send('Input.imeSetComposition', { text, selectionStart: 1, selectionEnd: text.length });
      await pause(page);
    }
    expect(await page.getByRole('combobox').inputValue()).toBe('gou');
    expect(asked).toEqual([]);
    await devtools.send('Input.insertText', { text: '狗' });
    await page.locator('.card').first().waitFor();
    expect(asked.map(query)).toEqual(['狗']);
  });
});

describe('properties', () => {
  const documented = () => {
    const text = readFileSync(join(import.meta.dirname, '../../workers/widget/README.md'), 'utf8');
    const table = /## Attributes\n([\s\S]*?)\n## /.exec(text)?.[1] ?? '';
    return [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1] ?? '');
  };

  it('exist for every attribute that the README lists, and change it', async () => {
    const attributes = documented();
    expect(attributes).toContain('router');
    const page = await open('/');
    const found = await page.evaluate(
      (names) =>
        names.map((attribute) => {
          const widget = document.createElement('gsmn-search') as Widget;
          const property = attribute.replace(/-./g, (letters) => letters.slice(1).toUpperCase());
          const before = widget[property];
          widget[property] = typeof before === 'boolean' ? true : typeof before === 'number' ? 7 : 'x';
          return [attribute, property in widget, widget.getAttribute(attribute), widget[property] !== before];
        }),
      attributes,
    );
    const flags = ['uncollapsed', 'autofocus'];
    expect(found).toEqual(
      attributes.map((name) => [name, true, flags.includes(name) ? '' : name === 'limit' ? '7' : 'x', true]),
    );
  });

  it('remove the attribute again', async () => {
    const page = await open('/');
    const left = await page.evaluate(() => {
      const widget = document.querySelector('gsmn-search') as Widget;
      Object.assign(widget, { endpoint: 'x', router: 'hash', placeholder: 'x' });
      Object.assign(widget, { endpoint: null, router: null, placeholder: undefined });
      return widget.getAttributeNames();
    });
    expect(left).toEqual([]);
  });

  it('search once for a query that is set', async () => {
    const page = await open('/');
    await page.evaluate(() => {
      (document.querySelector('gsmn-search') as Widget).query = 'a house';
    });
    await pause(page);
    expect(await page.getByRole('combobox').inputValue()).toBe('a house');
    expect(asked.map(query)).toEqual(['a house']);
  });

  it('count when a page has set them before the script was there', async () => {
    const page = await open('/early');
    const field = page.getByRole('combobox');
    await field.waitFor();
    expect([await field.inputValue(), await field.getAttribute('placeholder')]).toEqual([
      'a house',
      'Set early',
    ]);
    await field.press('Enter');
    await page.locator('.card').nth(2).waitFor();
    expect(await page.locator('.card').count()).toBe(3);
  });
});
