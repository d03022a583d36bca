import type { Sharp } from 'sharp';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { patches } from '../../../test/support/drawn-photos.ts';
import { decodePixels } from '../read/decode-pixels.ts';
import { openPhoto } from '../read/open-photo.ts';
import { DEFAULT_LIMITS } from '../read/photo-limits.ts';
import { ALIKE_BITS } from './group-alike.ts';
import { perceptualHash } from './perceptual-hash.ts';

async function look(image: Sharp): Promise<string | undefined> {
  const photo = await openPhoto(await image.toBuffer(), { limits: DEFAULT_LIMITS });
  return perceptualHash(
    await decodePixels(photo, { size: 340, fit: 'fill', kernel: 'lanczos3' }, DEFAULT_LIMITS),
  );
}

function differing(a = '', b = ''): number {
  return (BigInt(`0x${a}`) ^ BigInt(`0x${b}`)).toString(2).replaceAll('0', '').length;
}

describe('perceptualHash', () => {
  it('is near for the same image in another size, format, quality or brightness', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const original = await look(patches(seed, 480, 320).png());
      expect(original).toMatch(/^[0-9a-f]{16}$/);
      for (const version of [
        patches(seed, 240, 160).jpeg({ quality: 50 }),
        patches(seed, 480, 320).webp({ quality: 60 }),
        patches(seed, 480, 320).modulate({ brightness: 1.1 }).png(),
        patches(seed, 480, 320).greyscale().png(),
      ]) {
        expect(differing(original, await look(version))).toBeLessThanOrEqual(ALIKE_BITS);
      }
    }
  });

  it('is far for other images', async () => {
    const looks = await Promise.all(Array.from({ length: 12 }, (_, seed) => look(patches(seed + 10).png())));
    for (const [a, first] of looks.entries()) {
      for (const second of looks.slice(a + 1)) expect(differing(first, second)).toBeGreaterThan(ALIKE_BITS);
    }
  });

  it('is missing for images without content to compare', async () => {
    const plain = sharp({ create: { width: 50, height: 50, channels: 3, background: '#7a8899' } });
    expect(await look(plain.png())).toBeUndefined();
  });
});
