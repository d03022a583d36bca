import { createSHA256 } from 'hash-wasm';
import { AppError } from '../errors/index.ts';
import type { ByteSource } from '../formats/byte-source.ts';
import type { WorkOptions } from '../model/index.ts';

export { type Crc32c, loadCrc32c } from '../formats/checksum.ts';

const SLICE = 1 << 20;

/** SHA-256 of several pieces of bytes in sequence, as 64 hexadecimal digits. */
export async function sha256Hex(pieces: Iterable<Uint8Array | string>): Promise<string> {
  const hasher = (await createSHA256()).init();
  for (const piece of pieces) hasher.update(piece);
  return hasher.digest();
}

/**
 * SHA-256 of a whole source. It reads one mebibyte at a time and yields to the event loop in between. Progress counts
 * bytes.
 *
 * @throws AppError `cancelled`.
 */
export async function sha256OfSource(source: ByteSource, options: WorkOptions = {}): Promise<string> {
  const hasher = (await createSHA256()).init();
  for (let offset = 0; offset < source.size; offset += SLICE) {
    if (options.signal?.aborted) throw new AppError('cancelled', `checking ${source.name} was cancelled`);
    const length = Math.min(SLICE, source.size - offset);
    hasher.update(await source.read(offset, length));
    options.onProgress?.(offset + length, source.size);
  }
  return hasher.digest();
}
