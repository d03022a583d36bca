import type { CollectionConfig } from '../schema/collections.ts';
import type { NamedVectors } from '../schema/vectors.ts';
import { type AnyVector, isSparse } from '../vectors/any-vector.ts';

/** Which vectors a collection has. */
export type VectorNames = Pick<CollectionConfig, 'vectors' | 'sparse'>;

/**
 * The vectors of a point as one blob, little-endian: one byte for each name in the configuration of the collection, in
 * its order, the sparse ones last, which says whether the vector exists, padded to 4 bytes; then the existing vectors: the float32
 * values of a dense one; of a sparse one their number as uint32, its indices as uint32, and its float32 values.
 */
export function vectorBytes(config: VectorNames, vectors: NamedVectors): Uint8Array {
  const flags = new Uint8Array(flagBytes(config));
  const parts = [flags];
  for (const [index, name] of namesOf(config).entries()) {
    const vector = vectors.get(name);
    if (vector === undefined) continue;
    flags[index] = 1;
    if (!isSparse(vector)) parts.push(bytesOf(vector));
    else
      parts.push(
        bytesOf(Uint32Array.of(vector.indices.length)),
        bytesOf(vector.indices),
        bytesOf(vector.values),
      );
  }
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint32Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** The inverse of `vectorBytes`, as views of the bytes if possible; undefined if the length is wrong. */
export function vectorsOfBytes(config: VectorNames, bytes: Uint8Array): Map<string, AnyVector> | undefined {
  const vectors = new Map<string, AnyVector>();
  // Rows are in separate buffers, so this rarely copies.
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  let at = flagBytes(config);
  /** Where the next `numbers` of four bytes begin; undefined if they are not there. */
  const next = (numbers: number): number | undefined => {
    const from = at;
    at += 4 * numbers;
    return at > bytes.length ? undefined : byteOffset + from;
  };
  for (const [index, name] of namesOf(config).entries()) {
    if (bytes[index] !== 1) continue;
    const dense = config.vectors.get(name);
    if (dense !== undefined) {
      const from = next(dense.size);
      if (from === undefined) return undefined;
      vectors.set(name, new Float32Array(buffer, from, dense.size));
      continue;
    }
    const length = next(1);
    if (length === undefined) return undefined;
    const [count = 0] = new Uint32Array(buffer, length, 1);
    const indices = next(count);
    const values = next(count);
    if (indices === undefined || values === undefined) return undefined;
    vectors.set(name, {
      indices: new Uint32Array(buffer, indices, count),
      values: new Float32Array(buffer, values, count),
    });
  }
  return at === bytes.length ? vectors : undefined;
}

function namesOf({ vectors, sparse }: VectorNames): string[] {
  return [...vectors.keys(), ...sparse.keys()];
}

function flagBytes({ vectors, sparse }: VectorNames): number {
  return Math.ceil((vectors.size + sparse.size) / 4) * 4;
}
