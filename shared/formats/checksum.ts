import { createCRC32 } from 'hash-wasm';

/** The Castagnoli polynomial, reversed. */
const CASTAGNOLI = 0x82f63b78;

/** A function that returns the CRC-32 of bytes. */
type Crc32 = (bytes: Uint8Array) => number;

/** A function that returns the CRC-32C of bytes. */
export type Crc32c = Crc32;

async function load(polynomial?: number): Promise<Crc32> {
  const hasher = await createCRC32(polynomial);
  return (bytes) => {
    const digest = hasher.init().update(bytes).digest('binary');
    return new DataView(digest.buffer, digest.byteOffset, 4).getUint32(0);
  };
}

/** CRC-32 as in zip archives. Loads its WebAssembly once; the function it returns is synchronous. */
export function loadCrc32(): Promise<Crc32> {
  return load();
}

/** CRC-32C (Castagnoli). Loads its WebAssembly once; the function it returns is synchronous. */
export function loadCrc32c(): Promise<Crc32c> {
  return load(CASTAGNOLI);
}
