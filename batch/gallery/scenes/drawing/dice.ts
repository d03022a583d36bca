import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { AppError } from '../../../../shared/errors/index.ts';

/** One step of a 32-bit hash: neighbouring seeds must not give neighbouring draws. */
function stir(state: number, value: number): number {
  let mixed = Math.imul(state ^ value, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** Random choices that follow from a seed and nothing else; only integer and exactly rounded arithmetic. */
export class Dice {
  readonly #generator: RandomGenerator;

  private constructor(state: number) {
    this.#generator = xoroshiro128plus(state);
  }

  /**
   * Dice for a seed and a path of keys below it; different paths give unrelated choices.
   *
   * @throws AppError `argument_invalid` for a seed that is not a whole number from 0 on.
   */
  static of(seed: number, ...keys: readonly number[]): Dice {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new AppError('argument_invalid', `the seed ${seed} is not a whole number from 0 on`, {
        hint: 'pass an integer between 0 and 2^53 - 1',
      });
    }
    const words = [seed % 0x100000000, Math.floor(seed / 0x100000000), ...keys];
    return new Dice(words.reduce(stir, 0x2545f491));
  }

  /** A whole number from 0 to `count - 1`. */
  below(count: number): number {
    return uniformInt(this.#generator, 0, count - 1);
  }

  /** A number between two bounds, in 4096 steps. */
  between(from: number, to: number): number {
    return from + ((to - from) * this.below(4097)) / 4096;
  }

  chance(probability: number): boolean {
    return this.below(4096) < probability * 4096;
  }

  /** One of the items, each as likely. */
  pick<T>(items: readonly T[]): T {
    const [first] = this.some(items, 1);
    if (first === undefined) throw new AppError('internal', 'there is nothing to pick from');
    return first;
  }

  /** Up to `count` different items in random order. */
  some<T>(items: readonly T[], count: number): T[] {
    const rest = [...items];
    const taken: T[] = [];
    while (taken.length < count && rest.length > 0) taken.push(...rest.splice(this.below(rest.length), 1));
    return taken;
  }
}
