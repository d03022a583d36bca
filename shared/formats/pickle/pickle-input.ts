import { decodeLatin1 } from '../latin1.ts';

/** The pickle continues after the bytes that were given. */
export class PickleTruncated extends Error {
  override readonly name = 'PickleTruncated';
  /** How many bytes it needs at least. */
  readonly needed: number;

  constructor(needed: number) {
    super(`the pickle needs at least ${needed} bytes`);
    this.needed = needed;
  }
}

/** The bytes of a pickle, read one argument after another. Numbers are little-endian except `float64`. */
export class PickleInput {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  // Byte order marks are ordinary characters, and invalid text is an error.
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #take(length: number): number {
    const start = this.at;
    if (start + length > this.#bytes.length) throw new PickleTruncated(start + length);
    this.at = start + length;
    return start;
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** A length. Beyond 2^53 it is not exact, but no pickle is that long. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  /** Big-endian. */
  float64(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  /** A copy, so that a value does not keep the whole pickle in memory. */
  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#bytes.slice(start, start + length);
  }

  /** @throws TypeError for bytes that are not UTF-8. */
  utf8(length: number): string {
    const start = this.#take(length);
    return this.#decoder.decode(this.#bytes.subarray(start, start + length));
  }

  latin1(length: number): string {
    const start = this.#take(length);
    return decodeLatin1(this.#bytes.subarray(start, start + length));
  }

  /** Up to the next line feed, which is skipped. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.at);
    if (end < 0) throw new PickleTruncated(this.#bytes.length + 1);
    const text = this.latin1(end - this.at);
    this.at++;
    return text;
  }
}
