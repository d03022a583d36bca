import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { drawnPhoto, drawnSvg, QUARTERS } from '../../../test/support/drawn-photos.ts';
import { HeicDecoder } from '../heic/heic-decoder.ts';
import { decodePixels, type PixelForm, type Pixels } from './decode-pixels.ts';
import { openPhoto } from './open-photo.ts';
import { DEFAULT_LIMITS, type PhotoLimits } from './photo-limits.ts';

const SQUARE: PixelForm = { size: 40, fit: 'fill', kernel: 'lanczos3' };
const heic = new HeicDecoder(1);
afterAll(() => heic.close());

async function read(bytes: Uint8Array | string, form = SQUARE, limits: PhotoLimits = DEFAULT_LIMITS) {
  const file = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
  const photo = await openPhoto(file, { limits, decodeHeic: heic.decode });
  return { photo, pixels: await decodePixels(photo, form, limits) };
}

const fault = (code: string) => expect.objectContaining({ name: 'PhotoFault', code });
const at = ({ rgb, width }: Pixels, x: number, y: number) => [
  ...rgb.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];
const rgbOf = (colour: string) => [1, 3, 5].map((from) => Number.parseInt(colour.slice(from, from + 2), 16));

/** The middles of the quarters of a square, row by row. */
const quarters = (pixels: Pixels) =>
  [0, 1, 2, 3].map((quarter) =>
    at(
      pixels,
      ((quarter % 2) * 2 + 1) * (pixels.width >> 2),
      ((quarter >> 1) * 2 + 1) * (pixels.height >> 2),
    ),
  );

function expectQuarters(pixels: Pixels, order: readonly number[] = [0, 1, 2, 3], tolerance = 8): void {
  const wanted = order.map((quarter) => rgbOf(QUARTERS[quarter] ?? ''));
  for (const [quarter, colour] of quarters(pixels).entries()) {
    for (const [channel, value] of colour.entries()) {
      expect(
        Math.abs(value - (wanted[quarter]?.[channel] ?? Number.NaN)),
        `quarter ${quarter}: ${colour.join()}`,
      ).toBeLessThanOrEqual(tolerance);
    }
  }
}

/** A PNG that says it has this size. */
function emptyPng(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const edges = [Buffer.alloc(4), Buffer.alloc(4)] as const;
    edges[0].writeUInt32BE(data.length);
    edges[1].writeUInt32BE(crc32(body));
    return Buffer.concat([edges[0], body, edges[1]]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.alloc(100_000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

describe('reading photographs', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)(
    'reads %s by its content',
    async (format) => {
      const { photo, pixels } = await read(await drawnPhoto().toFormat(format, { quality: 90 }).toBuffer());
      expect([photo.format, photo.width, photo.height]).toEqual([format, 120, 80]);
      expect([pixels.width, pixels.height, pixels.rgb.length]).toEqual([40, 40, 4800]);
      expectQuarters(pixels, [0, 1, 2, 3], 14);
    },
  );

  it('draws an SVG at the size that is needed', async () => {
    const { photo, pixels } = await read(drawnSvg(12, 12), { ...SQUARE, size: 200 });
    expect([photo.format, photo.width, photo.height]).toEqual(['svg', 12, 12]);
    expectQuarters(pixels, [0, 1, 2, 3], 1);
    // Enlarged pixels would be blurred beside the edge.
    expect(at(pixels, 97, 20)).toEqual(rgbOf(QUARTERS[0]));
  });

  it.each([
    [1, 5000],
    [10, 30_000],
    [3000, 3],
  ])('draws an SVG of %d x %d', async (width, height) => {
    expect((await read(drawnSvg(width, height))).pixels.rgb).toHaveLength(4800);
  });

  it('reads an SVG behind a declaration, a comment and a document type', async () => {
    const head = `\ufeff<?xml version="1.0"?>\n<!-- ${'x'.repeat(500)} -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://127.0.0.1:1/svg11.dtd">\n`;
    expect((await read(head + drawnSvg())).photo.format).toBe('svg');
  });

  it.each([
    [1, [0, 1, 2, 3]],
    [2, [1, 0, 3, 2]],
    [3, [3, 2, 1, 0]],
    [4, [2, 3, 0, 1]],
    [5, [0, 2, 1, 3]],
    [6, [2, 0, 3, 1]],
    [7, [3, 1, 2, 0]],
    [8, [1, 3, 0, 2]],
  ])('applies EXIF orientation %i', async (orientation, order) => {
    const { photo, pixels } = await read(await drawnPhoto().withMetadata({ orientation }).png().toBuffer());
    expect([photo.width, photo.height]).toEqual(orientation < 5 ? [120, 80] : [80, 120]);
    expectQuarters(pixels, order, 2);
  });

  it.each([
    ['8 bits', () => drawnPhoto().withIccProfile('p3').png()],
    ['16 bits', () => drawnPhoto().toColourspace('rgb16').withIccProfile('p3').png()],
  ])('converts from an ICC profile to sRGB (%s)', async (_, image) => {
    expectQuarters((await read(await image().toBuffer())).pixels, [0, 1, 2, 3], 3);
  });

  it.each([
    ['16 bits', () => drawnPhoto().toColourspace('rgb16').png(), 2],
    // Saturated colours do not exist on paper.
    ['CMYK', () => drawnPhoto().toColourspace('cmyk').tiff(), 90],
    ['CMYK as JPEG', () => drawnPhoto().toColourspace('cmyk').jpeg({ quality: 95 }), 90],
    ['a palette', () => drawnPhoto().png({ palette: true, colours: 8 }), 8],
  ])('reads %s', async (_, image, tolerance) => {
    expectQuarters((await read(await image().toBuffer())).pixels, [0, 1, 2, 3], tolerance);
  });

  it.each([
    ['8 bits', 'b-w'],
    ['16 bits', 'grey16'],
  ] as const)('reads grey of %s as equal channels', async (_, space) => {
    const { pixels } = await read(await drawnPhoto().toColourspace(space).png().toBuffer());
    const [red = [], green = []] = quarters(pixels);
    for (const grey of [red, green]) expect(new Set(grey).size).toBe(1);
    expect(red).not.toEqual(green);
  });

  it.each([3, 4] as const)('puts what is transparent on white (%i channels)', async (channels) => {
    const half = sharp({
      create: { width: 8, height: 8, channels: 4, background: { r: 200, g: 0, b: 0, alpha: 0.5 } },
    });
    const bytes = await (channels === 3 ? half.png() : half.webp({ lossless: true })).toBuffer();
    const [red = 0, green = 0] = at((await read(bytes)).pixels, 20, 20);
    expect(Math.abs(red - 227) + Math.abs(green - 127)).toBeLessThanOrEqual(4);
  });

  it.each(['gif', 'webp', 'tiff'] as const)('reads the first frame of several (%s)', async (format) => {
    const frames = await Promise.all(
      ['#ff0000', '#0000ff'].map((background) =>
        sharp({ create: { width: 30, height: 30, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const bytes = await sharp(frames, { join: { animated: true } })
      .toFormat(format, { quality: 100 })
      .toBuffer();
    const { photo, pixels } = await read(bytes);
    expect([photo.width, photo.height]).toEqual([30, 30]);
    const [red = 0, , blue = 0] = at(pixels, 20, 20);
    expect([red > 240, blue < 15]).toEqual([true, true]);
  });

  it.each([
    ['fill', [40, 40]],
    ['inside', [40, 27]],
    ['cover', [40, 40]],
  ] as const)('fits by %s', async (fit, size) => {
    const { pixels } = await read(await drawnPhoto().png().toBuffer(), { ...SQUARE, fit });
    expect([pixels.width, pixels.height]).toEqual(size);
  });

  it('gives the same pixels for the same file, and others for another kernel', async () => {
    const bytes = await drawnPhoto(400, 300).jpeg().toBuffer();
    const [first, second, linear] = [
      await read(bytes),
      await read(bytes),
      await read(bytes, { ...SQUARE, kernel: 'linear' }),
    ];
    expect(second.pixels.rgb).toEqual(first.pixels.rgb);
    expect(linear.pixels.rgb).not.toEqual(first.pixels.rgb);
  });

  it('reads HEIC with its colour profile', async () => {
    const bytes = await readFile(join(import.meta.dirname, '../fixtures/drawn-display-p3.heic'));
    const { photo, pixels } = await read(bytes);
    expect([photo.format, photo.width, photo.height]).toEqual(['heic', 320, 240]);
    // Read as sRGB, without its profile, the sky would be #89b6dd.
    const sky = at(pixels, 36, 3);
    for (const [channel, value] of rgbOf('#7ab8e0').entries()) {
      expect(Math.abs((sky[channel] ?? 0) - value), String(sky)).toBeLessThanOrEqual(6);
    }
  });

  it('says how to install the decoder of HEIC', async () => {
    const bytes = await readFile(join(import.meta.dirname, '../fixtures/drawn-display-p3.heic'));
    const photo = await openPhoto(bytes, { limits: DEFAULT_LIMITS });
    const decoding = decodePixels(photo, SQUARE, DEFAULT_LIMITS);
    await expect(decoding).rejects.toEqual(fault('decoder_missing'));
    await expect(decoding).rejects.toThrow('npm install');
  });
});

describe('files that are no photographs', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)(
    'refuses %s that is cut anywhere',
    async (format) => {
      const bytes = await drawnPhoto().toFormat(format).toBuffer();
      for (const share of [0.3, 0.6, 0.95]) {
        await expect(read(bytes.subarray(0, Math.floor(bytes.length * share)))).rejects.toEqual(
          fault('damaged'),
        );
      }
    },
  );

  it('refuses HEIC that is cut, and reads the next one', async () => {
    const bytes = await readFile(join(import.meta.dirname, '../fixtures/drawn-display-p3.heic'));
    await expect(read(bytes.subarray(0, 1500))).rejects.toEqual(fault('damaged'));
    expect((await read(bytes)).pixels.width).toBe(40);
  });

  it.each([
    ['nothing', '', 'empty'],
    ['text', 'a dog runs over grass', 'not_an_image'],
    ['a page', '<html><body><svg></svg></body></html>', 'not_an_image'],
    ['a document', '%PDF-1.7\n', 'not_an_image'],
    ['the head of a film', '\0\0\0\x18ftypmp42\0\0\0\0', 'not_an_image'],
    ['a magic number alone', Buffer.from([0xff, 0xd8, 0xff, 0xe0]), 'damaged'],
    ['an SVG that is cut', drawnSvg().slice(0, 200), 'damaged'],
  ])('refuses %s', async (_, bytes, code) => {
    await expect(read(bytes)).rejects.toEqual(fault(code));
  });

  it('refuses what has too many pixels by its head', async () => {
    await expect(read(emptyPng(60_000, 60_000))).rejects.toEqual(fault('too_many_pixels'));
    await expect(read(drawnSvg(100_000, 100_000))).rejects.toEqual(fault('too_many_pixels'));
    const limits = { ...DEFAULT_LIMITS, pixels: 120 * 80 - 1 };
    await expect(read(await drawnPhoto().jpeg().toBuffer(), SQUARE, limits)).rejects.toEqual(
      fault('too_many_pixels'),
    );
  });

  it('loads nothing that an SVG refers to', async () => {
    const secret = join(import.meta.dirname, '../../../docs/images/gallery.png');
    const links = ['href', 'xlink:href'].map(
      (name) => `<image width="120" height="80" ${name}="file://${secret}"/>`,
    );
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="120" height="80">${links.join('')}</svg>`;
    const { pixels } = await read(svg);
    expect(new Set(pixels.rgb)).toEqual(new Set([255]));
  });

  it('refuses entities that name files or multiply', async () => {
    const entity = (declarations: string, text: string) =>
      `<!DOCTYPE svg [${declarations}]><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>${text}</text></svg>`;
    await expect(read(entity('<!ENTITY x SYSTEM "file:///etc/hostname">', '&x;'))).rejects.toEqual(
      fault('damaged'),
    );
    const laughs = Array.from(
      { length: 12 },
      (_, level) => `<!ENTITY a${level} "${level === 0 ? 'ha' : `&a${level - 1};`.repeat(10)}">`,
    );
    await expect(read(entity(laughs.join(''), '&a11;'))).rejects.toEqual(fault('damaged'));
  });
});
