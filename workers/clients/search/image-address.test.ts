import { describe, expect, it } from 'vitest';
import { imageAddress, imageSourceSet } from './image-address.ts';

const address = (url?: string) =>
  imageAddress(
    { image: { name: 'a', width: 1, height: 1, ...(url === undefined ? {} : { url }) } },
    'https://search.example/v1/search',
  );

describe('imageAddress', () => {
  it.each([
    ['/images/a b.jpg', 'https://search.example/images/a%20b.jpg'],
    ['a.jpg', 'https://search.example/a.jpg'],
    ['https://cdn.example/a.jpg', 'https://cdn.example/a.jpg'],
    ['data:image/png;base64,AA', 'data:image/png;base64,AA'],
    ['javascript:alert(1)', undefined],
    ['file:///etc/passwd', undefined],
    ['https://', undefined],
    [undefined, undefined],
  ])('of %s is %s', (url, expected) => {
    expect(address(url)).toBe(expected);
  });
});

describe('imageSourceSet', () => {
  it('has an address for each width', () => {
    const image = { name: 'a', width: 1, height: 1 };
    const at = 'https://search.example/images/a,b.jpg';
    expect(imageSourceSet({ image: { ...image, widths: [320, 960] } }, at)).toBe(
      `${at}?w=320 320w,${at}?w=960 960w`,
    );
    expect(imageSourceSet({ image }, at)).toBeUndefined();
  });
});
