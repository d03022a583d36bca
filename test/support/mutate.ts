import fc from 'fast-check';

/** A change of a file: what it does to the bytes at a position, given as a share of their length. */
type Change = (bytes: Uint8Array, at: number) => Uint8Array;

/** Byte values at which lengths, signs and instructions change. */
const TELLING = [0x00, 0x01, 0x02, 0x28, 0x2e, 0x7f, 0x80, 0xfe, 0xff];

const byte = fc.oneof(fc.constantFrom(...TELLING), fc.nat(255));
/** Evenly distributed; the doubles between 0 and 1 themselves are not, because most of them are tiny. */
const share = fc.nat(999_999).map((millionths) => millionths / 1e6);
const run = fc.uint8Array({ minLength: 1, maxLength: 12 });

function splice(bytes: Uint8Array, at: number, removed: number, added: Uint8Array): Uint8Array {
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + removed)];
  const changed = new Uint8Array(before.length + added.length + after.length);
  changed.set(before);
  changed.set(added, before.length);
  changed.set(after, before.length + added.length);
  return changed;
}

const change: fc.Arbitrary<Change> = fc.oneof(
  byte.map(
    (value): Change =>
      (bytes, at) =>
        splice(bytes, at, 1, Uint8Array.of(value)),
  ),
  fc.nat(7).map(
    (bit): Change =>
      (bytes, at) =>
        splice(bytes, at, 1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << bit))),
  ),
  run.map(
    (added): Change =>
      (bytes, at) =>
        splice(bytes, at, added.length, added),
  ),
  run.map(
    (added): Change =>
      (bytes, at) =>
        splice(bytes, at, 0, added),
  ),
  fc.integer({ min: 1, max: 64 }).map(
    (length): Change =>
      (bytes, at) =>
        splice(bytes, at, length, new Uint8Array(0)),
  ),
  // A piece of the file repeated: valid instructions and headers in the wrong place.
  fc.tuple(share, fc.integer({ min: 1, max: 64 })).map(
    ([place, length]): Change =>
      (bytes, at) => {
        const from = Math.floor(place * bytes.length);
        return splice(bytes, at, 0, bytes.slice(from, from + length));
      },
  ),
  fc.constant((bytes: Uint8Array, at: number) => bytes.subarray(0, at)),
);

/** One to three changes anywhere in a file. */
export const mutation: fc.Arbitrary<(bytes: Uint8Array) => Uint8Array> = fc
  .array(fc.tuple(change, share), { minLength: 1, maxLength: 3 })
  .map(
    (changes) => (bytes) =>
      changes.reduce((changed, [apply, place]) => apply(changed, Math.floor(place * changed.length)), bytes),
  );
