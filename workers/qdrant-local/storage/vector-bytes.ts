import type { VectorParams } from '../schema/collections.ts';
import type { NamedVectors } from '../schema/vectors.ts';

/**
 * The vectors of a point as one blob, little-endian: one byte for each name in the configuration of the collection, in
 * its order, which says whether the vector exists, padded to 4 bytes; then the float32 values of the existing vectors.
 */
export function vectorBytes(config: ReadonlyMap<string, VectorParams>, vectors: NamedVectors): Uint8Array {
  const flags = flagBytes(config);
  let length = flags;
  for (const vector of vectors.values()) length += vector.byteLength;
  const bytes = new Uint8Array(length);
  let at = flags;
  for (const [index, name] of [...config.keys()].entries()) {
    const vector = vectors.get(name);
    if (vector === undefined) continue;
    bytes[index] = 1;
    bytes.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), at);
    at += vector.byteLength;
  }
  return bytes;
}

/** The inverse of `vectorBytes`, as views of the bytes if possible; undefined if the length is wrong. */
export function vectorsOfBytes(
  config: ReadonlyMap<string, VectorParams>,
  bytes: Uint8Array,
): Map<string, Float32Array> | undefined {
  const vectors = new Map<string, Float32Array>();
  let at = flagBytes(config);
  for (const [index, [name, { size }]] of [...config].entries()) {
    if (bytes[index] !== 1) continue;
    if (at + 4 * size > bytes.length) return undefined;
    // Rows are in separate buffers, so this rarely copies.
    const aligned = bytes.byteOffset % 4 === 0 ? bytes.subarray(at) : bytes.slice(at);
    vectors.set(name, new Float32Array(aligned.buffer, aligned.byteOffset, size));
    at += 4 * size;
  }
  return at === bytes.length ? vectors : undefined;
}

function flagBytes(config: ReadonlyMap<string, VectorParams>): number {
  return Math.ceil(config.size / 4) * 4;
}
