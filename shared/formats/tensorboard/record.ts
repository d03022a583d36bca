import type { Crc32c } from '../checksum.ts';

/** The first event of a file says this about its format. */
export const FILE_VERSION = 'brain.Event:2';

/** TFRecord's framing: 8 bytes of length and 4 of its checksum before a message, 4 of its checksum after it. */
export const RECORD = { lengthBytes: 8, checksumBytes: 4 } as const;

const MASK_DELTA = 0xa282ead8;

/**
 * CRC-32C as TFRecord stores it: rotated right by 15 bits and shifted by a constant, because the checksum of data that
 * contains its own checksum is not useful.
 */
export function maskedChecksum(bytes: Uint8Array, crc32c: Crc32c): number {
  const checksum = crc32c(bytes);
  return (((checksum >>> 15) | (checksum << 17)) + MASK_DELTA) >>> 0;
}
