import type { ByteWriter } from '../byte-writer.ts';

/** The wire types of Protocol Buffers that are used. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** Seven bits in each byte, the lowest first. Negative numbers are in two's complement of 64 bits. */
export function writeVarint(writer: ByteWriter, value: number): void {
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) writer.uint8(Number(rest & 0x7fn) | 0x80);
  writer.uint8(Number(rest));
}

/** The tag before a value: the number of its field, and how its bytes are to be read. */
export function writeKey(writer: ByteWriter, field: number, wireType: number): void {
  writeVarint(writer, (field << 3) | wireType);
}

/** A field of bytes, text or another message. */
export function writeBytes(writer: ByteWriter, field: number, bytes: Uint8Array): void {
  writeKey(writer, field, WIRE.bytes);
  writeVarint(writer, bytes.length);
  writer.bytes(bytes);
}

/** A field of a message: its number, and a number or bytes by its wire type. */
export interface Field {
  readonly number: number;
  readonly wireType: number;
  readonly value: bigint | Uint8Array;
}

/** Splits a message into its fields. A message that ends within a field is a RangeError. */
export function* readFields(bytes: Uint8Array): Generator<Field> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = view.getUint8(at++);
      if (shift > 63n) throw new RangeError('a number of more than 64 bits');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
  };
  const take = (length: number): Uint8Array => {
    if (length > bytes.length - at) throw new RangeError('a field that is longer than its message');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const wireType = key & 7;
    const number = Math.floor(key / 8);
    if (wireType === WIRE.varint) yield { number, wireType, value: varint() };
    else if (wireType === WIRE.fixed64) yield { number, wireType, value: take(8) };
    else if (wireType === WIRE.fixed32) yield { number, wireType, value: take(4) };
    else if (wireType === WIRE.bytes) yield { number, wireType, value: take(Number(varint())) };
    else throw new RangeError(`a field of the wire type ${wireType}`);
  }
}
