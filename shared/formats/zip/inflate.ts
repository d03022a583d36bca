import { Inflate } from 'fflate';
import { zipInvalid } from './zip-directory.ts';

/** Bytes that are passed to the decoder at once: each expands to at most a thousand bytes. */
const STEP = 16 << 10;

/**
 * Inflates deflated bytes, and stops as soon as there are more than the announced `size`. Memory grows with the actual
 * contents.
 *
 * @param name their name in messages.
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
    // The decoder's own errors have a number as their code.
    if (typeof (thrown as { code?: unknown }).code !== 'number') throw thrown;
    throw zipInvalid(name, 'its deflated bytes are damaged', thrown);
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
