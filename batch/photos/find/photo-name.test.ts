import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathOfPhotoName, photoName } from './photo-name.ts';

describe('photoName', () => {
  it.each([
    ['summer/two dogs.jpg', 'summer/two dogs.jpg'],
    ['größe, 100%.jpg', 'größe, 100%.jpg'],
    ['a\nb.jpg', 'a%0Ab.jpg'],
    ['a%0Ab.jpg', 'a%250Ab.jpg'],
    ['a\\b.jpg', 'a%5Cb.jpg'],
    ['a\u2028b.jpg', 'a%E2%80%A8b.jpg'],
  ])('of %j is %j', (path, name) => {
    expect(photoName(path)).toBe(name);
    expect(pathOfPhotoName(name)).toBe(path);
  });

  it('is one line, and leads back to its path alone', () => {
    const part = fc.constantFrom(
      '%',
      '0A',
      '0a',
      '25',
      '5C',
      '\n',
      '\\',
      '/',
      'ü',
      'a',
      '\u2029',
      '😀',
      '\x7f',
    );
    fc.assert(
      fc.property(
        fc.array(part).map((parts) => parts.join('')),
        (path) => {
          const name = photoName(path);
          expect(name).not.toMatch(/[\p{Cc}\\\u2028\u2029]/u);
          expect(pathOfPhotoName(name)).toBe(path);
        },
      ),
    );
  });

  it.each(['a\nb.jpg', 'a%2Fb.jpg', '%2E%2E/a.jpg', '%C3.jpg', 'a%41.jpg'])(
    '%j is the name of no path',
    (name) => {
      expect(pathOfPhotoName(name)).toBeUndefined();
    },
  );
});
