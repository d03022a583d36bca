import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Site, startSite } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await startSite({ allowedOrigins: '' });
});
afterAll(() => site.close());

describe('a service for its own pages alone', () => {
  it('is searched by its own page, which shows the images', async () => {
    const { page, faults } = await site.open('/?q=a+house');
    await page.locator('img.shown').nth(5).waitFor();
    await page.goto(`${site.url}/explain?q=a+house`);
    await page.locator('gsmn-graph').getByText('house').first().waitFor();
    expect(faults).toEqual([]);
  });

  it('keeps answers and images from the pages of others', async () => {
    // A page without a policy of its own: what fails here, the service refuses.
    const { page } = await site.open(`${site.otherUrl}/shop.css`);
    const got = await page.evaluate(async (url) => {
      const read = (path: string, init?: RequestInit) =>
        fetch(url + path, init).then(
          ({ type, status }) => `${type} ${status}`,
          () => 'refused',
        );
      const image = (path: string) =>
        new Promise((resolve) => {
          const element = new Image();
          element.onload = () => resolve(`${element.naturalWidth} wide`);
          element.onerror = () => resolve('refused');
          element.src = url + path;
        });
      const json = { 'content-type': 'application/json' };
      return [
        await read('/v1/search?q=a'),
        await read('/v1/search', { method: 'POST', headers: json, body: '{"q":"a"}' }),
        await read('/images/scene-1.svg'),
        await image('/images/scene-1.svg'),
      ];
    }, site.url);
    expect(got).toEqual(['refused', 'refused', 'refused', 'refused']);
  });

  it('lets a link lead to it', async () => {
    const { page } = await site.open(`${site.otherUrl}/shop.css`);
    await page.evaluate((url) => {
      window.location.href = `${url}/?q=a+house`;
    }, site.url);
    await page.locator('img.shown').nth(5).waitFor();
  });
});
