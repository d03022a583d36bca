import { AppError } from '../errors/index.ts';

/** Bytes that can be read by range: a file, an object in a store, memory. Sizes above 2 GiB are normal. */
export interface ByteSource {
  /** Its name in error messages, usually its path. */
  readonly name: string;
  readonly size: number;
  /** Exactly `length` bytes from `offset`; a range beyond the end is `format_invalid` (truncated). */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A source over bytes in memory. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  // Node's Buffer is a Uint8Array whose `slice` does not copy, which readers would not expect.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    name,
    size: plain.byteLength,
    read: async (offset, length) => {
      assertRange(name, plain.byteLength, offset, length);
      return plain.subarray(offset, offset + length);
    },
    close: async () => {},
  };
}

/** The `size` bytes from `offset` of a source, as a separate source; closing it leaves the original open. */
export function partOfSource(source: ByteSource, name: string, offset: number, size: number): ByteSource {
  assertRange(source.name, source.size, offset, size);
  return {
    name,
    size,
    read: async (start, length) => {
      assertRange(name, size, start, length);
      return source.read(offset + start, length);
    },
    close: async () => {},
  };
}

/** Refuses a range that is not within `size` bytes. */
export function assertRange(name: string, size: number, offset: number, length: number): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (!whole || offset < 0 || length < 0 || offset + length > size) {
    throw new AppError(
      'format_invalid',
      `${name}: needs bytes ${offset} to ${offset + length}, but has only ${size}`,
      { hint: 'the file is truncated or its header is wrong; copy or download it again' },
    );
  }
}
