/** A feature this many times as large as is usual says that its image was scaled differently. Chosen: of features of one network the largest ones differ by less than ten. */
const TIMES = 1000;
/** Positive numbers below have no full precision in float32. */
const SMALLEST_NORMAL = 2 ** -126;

/** Counts images whose features are possible but odd, while they are read. */
export class OddFeatures {
  readonly #path: string;
  readonly #label: (image: number) => string;
  /** The largest magnitude in each image; NaN before it is read. */
  readonly #largest: Float32Array;
  readonly #subnormal = new Set<number>();

  /** @param label names an image in messages. */
  constructor(path: string, images: number, label: (image: number) => string) {
    this.#path = path;
    this.#label = label;
    this.#largest = new Float32Array(images).fill(Number.NaN);
  }

  /** Looks at the features `[R, F]` of an image, which are finite. */
  look(image: number, features: Float32Array): void {
    let largest = 0;
    let some = 0;
    let subnormal = 0;
    for (let index = 0; index < features.length; index++) {
      const magnitude = Math.abs(features[index] as number);
      if (magnitude === 0) continue;
      some++;
      if (magnitude < SMALLEST_NORMAL) subnormal++;
      if (magnitude > largest) largest = magnitude;
    }
    this.#largest[image] = largest;
    if (2 * subnormal > some) this.#subnormal.add(image);
  }

  /** What is odd about the images that were read, each as a sentence with its count. */
  notes(): string[] {
    const images = Array.from(this.#largest.keys()).filter((image) => !Number.isNaN(this.#largest[image]));
    const largest = (image: number): number => this.#largest[image] as number;
    const magnitudes = Float32Array.from(images, largest)
      .filter((value) => value > 0)
      .sort();
    const usual = magnitudes[Math.floor(magnitudes.length / 2)] ?? 0;
    const note = (odd: readonly number[], what: (first: number) => string): string[] => {
      const [first] = odd;
      if (first === undefined) return [];
      const share = `${odd.length.toLocaleString('en')} of ${images.length.toLocaleString('en')} images`;
      return [
        `${this.#path}: ${share} ${what(first)} (first: ${this.#label(first)}); they are used as they are`,
      ];
    };
    const digits = (value: number): string => String(Number(value.toPrecision(3)));
    return [
      ...note(
        images.filter((image) => largest(image) === 0),
        () => 'have no features but zeros, as if their extraction had failed',
      ),
      ...note(
        images.filter((image) => largest(image) > TIMES * usual),
        (first) =>
          `have features more than ${TIMES.toLocaleString('en')} times as large as is usual here: ${digits(largest(first))} instead of ${digits(usual)}`,
      ),
      ...note(
        images.filter((image) => this.#subnormal.has(image)),
        (first) =>
          `have features so small that float32 is not exact, up to ${digits(largest(first))}, as if numbers of another type had been read`,
      ),
    ];
  }
}
