/** Pixels as decoders return them. */
export interface RgbaPixels {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 4]`, red green blue alpha. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

const SHORT = 3;
const LONG = 4;
const UNDEFINED = 7;

/**
 * Pixels as an uncompressed TIFF with their colour profile: how sharp takes pixels that are not in sRGB.
 * TIFF 6.0, sections 2 and 18; the profile's tag is that of the ICC specification, annex B.
 */
export function tiffOfPixels({ width, height, data }: RgbaPixels, profile: Uint8Array | undefined): Buffer {
  const icc = profile ?? new Uint8Array(0);
  // After the head of 8 bytes: pixels, the bits of the four samples, the profile, the directory.
  const pixelsAt = 8;
  const bitsAt = pixelsAt + data.length;
  const profileAt = bitsAt + 8;
  const directoryAt = profileAt + icc.length + (icc.length % 2);
  const entries: readonly (readonly [tag: number, type: number, count: number, value: number])[] = [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, 4, bitsAt],
    [259, SHORT, 1, 1], // not compressed
    [262, SHORT, 1, 2], // RGB
    [273, LONG, 1, pixelsAt],
    [277, SHORT, 1, 4], // samples of a pixel
    [278, LONG, 1, height], // rows of the strip
    [279, LONG, 1, data.length],
    [338, SHORT, 1, 2], // the fourth sample is alpha, not multiplied in
    ...(icc.length === 0 ? [] : [[34675, UNDEFINED, icc.length, profileAt] as const]),
  ];
  const file = Buffer.alloc(directoryAt + 2 + entries.length * 12 + 4);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(directoryAt, 4);
  file.set(data, pixelsAt);
  for (let sample = 0; sample < 4; sample++) file.writeUInt16LE(8, bitsAt + 2 * sample);
  file.set(icc, profileAt);
  file.writeUInt16LE(entries.length, directoryAt);
  for (const [index, [tag, type, count, value]] of entries.entries()) {
    const at = directoryAt + 2 + index * 12;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(count, at + 4);
    // A short value stands at the left of its four bytes, which is its low end here.
    file.writeUInt32LE(value, at + 8);
  }
  return file;
}
