import { Inflate } from 'fflate';
import { zipInvalid } from './zip-directory.ts';

/** Bytes that are given to the decoder at a time: each gives at most a thousand times as many. */
const STEP = 16 << 10;

/**
 * Inflates deflated bytes, stopping as soon as there are more than the `size` that was announced. Memory grows with what
 * the bytes really hold.
 *
 * @param name what messages call them.
 * @throws AppError `format_invalid`.
 */
export function inflate(name: string, packed: Uint8Array, size: number): Uint8Array {
  const pieces: Uint8Array[] = [];
  let total = 0;
  let ended = false;
  const decoder = new Inflate((piece, final) => {
    total += piece.length;
    ended ||= final;
    if (total > size) throw zipInvalid(name, `unpacks to more than the ${size} bytes that it says`);
    pieces.push(piece);
  });
  try {
    for (let at = 0; at === 0 || at < packed.length; at += STEP) {
      decoder.push(packed.subarray(at, at + STEP), at + STEP >= packed.length);
    }
  } catch (thrown) {
    // The decoder's own errors carry a number as their code.
    if (typeof (thrown as { code?: unknown }).code !== 'number') throw thrown;
    throw zipInvalid(name, 'its deflated bytes are broken', thrown);
  }
  if (!ended || total !== size) throw zipInvalid(name, `unpacks to ${total} bytes, but says ${size}`);
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
