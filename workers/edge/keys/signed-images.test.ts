import { describe, expect, it } from 'vitest';
import { SignedImages } from './signed-images.ts';

const NOW = Date.parse('2026-11-28T22:00:00Z');
const DAY = 86_400_000;
const images = new SignedImages('0123456789abcdef0123456789abcdef');
const pathOf = (address: string) => address.slice('/images/'.length);

describe('a signed address of an image', () => {
  it('opens its image, stays the same for a day, and ends within two', async () => {
    const address = await images.sign('/images/a b/ü.jpg', NOW);
    expect(address).toMatch(/^\/images\/~[0-9a-z]+\.[\w-]{43}\/a%20b\/%C3%BC\.jpg$/);
    expect(await images.open(pathOf(address), NOW)).toEqual({ path: 'a%20b/%C3%BC.jpg', seconds: 26 * 3600 });
    expect(await images.sign('/images/a b/ü.jpg', NOW + 3_600_000)).toBe(address);
    expect(await images.sign('/images/a b/ü.jpg', NOW + 3 * 3_600_000)).not.toBe(address);
    await expect(images.open(pathOf(address), NOW + 2 * DAY)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('opens nothing else', async () => {
    const path = pathOf(await images.sign('/images/a/1.jpg', NOW));
    const [, time = '', signature = ''] = /^~(\w+)\.([\w-]+)\//.exec(path) ?? [];
    const later = (Number.parseInt(time, 36) + 86_400).toString(36);
    const other = pathOf(await new SignedImages('f'.repeat(32)).sign('/images/a/1.jpg', NOW));
    for (const wrong of [
      'a/1.jpg',
      '',
      path.slice(0, -1),
      path.replace('1.jpg', '2.jpg'),
      path.replace('a/', 'a/./'),
      path.replace('a/1', 'a%2F1'),
      `~${later}.${signature}/a/1.jpg`,
      `~${time}.${'A'.repeat(43)}/a/1.jpg`,
      `~${time}./a/1.jpg`,
      `~.${signature}/a/1.jpg`,
      other,
    ]) {
      await expect(images.open(wrong, NOW), wrong).rejects.toMatchObject({ code: 'not_found' });
    }
  });

  it('leaves images of other sites alone', async () => {
    for (const url of ['https://cdn.example/images/1.jpg', '/other/1.jpg', '//cdn.example/images/1.jpg'])
      expect(await images.sign(url, NOW)).toBe(url);
  });
});
