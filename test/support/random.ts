/** Seeded uniform numbers in [0, 1) (mulberry32), so that a failing test can be run again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` numbers between -scale and scale. */
export function randomNumbers(random: () => number, count: number, scale = 1): Float32Array {
  return Float32Array.from({ length: count }, () => scale * (2 * random() - 1));
}

/** A tensor of this shape with numbers between -1 and 1. */
export function randomTensor(random: () => number, shape: readonly number[]) {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return { shape, data: randomNumbers(random, count) };
}

/** `count` boxes `[count, 4]` inside the unit square: x1 y1 x2 y2. */
export function randomBoxes(random: () => number, count: number): Float32Array {
  return Float32Array.from(
    { length: 4 * count },
    (_, index) => (index % 4 < 2 ? 0.5 : 0.5 + random() / 2) * random(),
  );
}
