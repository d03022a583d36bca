/**
 * A `.npy` file (format version 1.0) of the structured array `image_w`, `image_h` (int32), as the released data hold
 * the sizes of pictures.
 *
 * @param sizes `[N, 2]`: width and height in pixels.
 */
export function sizesFile(sizes: Int32Array): Uint8Array {
  const header = `{'descr': [('image_w', '<i4'), ('image_h', '<i4')], 'fortran_order': False, 'shape': (${sizes.length / 2},), }`;
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + length + sizes.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 0xff, length >> 8]);
  bytes.set(new TextEncoder().encode(`${header.padEnd(length - 1)}\n`), 10);
  bytes.set(new Uint8Array(sizes.buffer, sizes.byteOffset, sizes.byteLength), 10 + length);
  return bytes;
}
