import { AppError } from '../../../shared/errors/index.ts';
import type { KeyRecord } from '../../../shared/keys/key-record.ts';
import type { Work } from './access.ts';
import { MinuteLimit } from './minute-limit.ts';

/** What a request costs. */
const REQUEST_COST = 1;
/**
 * What work costs besides. Chosen: comparing 10,000 images takes some twenty times as long as a shortlist of 100 and all around it; an
 * image file is megabytes that are received, decoded and described.
 */
const WORK_COST: Readonly<Record<Work, number>> = { exhaustive: 19, image: 9 };
const WORK_NAMES: Readonly<Record<Work, string>> = {
  exhaustive: 'An exhaustive search',
  image: 'A search with an image',
};
const INSTEAD: Readonly<Record<Work, string>> = {
  exhaustive: 'Search with a shortlist, or with a key that may spend more.',
  image: 'Search with a sentence, or with a key that may spend more.',
};

/** Addresses that are counted; of those beyond, the ones that asked longest ago begin anew. */
const MOST_ADDRESSES = 10_000;

/** Refuses what is beyond the limits of keys. It knows what its own isolate served, and nothing of other ones. */
export class KeyLimits {
  readonly #limits = new Map<string, MinuteLimit>();
  readonly #addresses = new Map<string, MinuteLimit>();

  /**
   * Counts a request.
   *
   * @param address of the caller
   * @throws AppError `rate_limited`; `retry` gets the seconds after which it makes sense to try again.
   */
  request({ id, perMinute }: KeyRecord, address: string, retry: (seconds: number) => void): void {
    const { requests, perAddress, cost } = perMinute ?? {};
    this.#take(
      [
        [this.#limit(`requests ${id}`, requests), 1, 'This key has been used too often in a short time.'],
        [
          this.#address(`${id} ${address}`, perAddress),
          1,
          'This address has searched too often in a short time.',
        ],
        [this.#limit(`cost ${id}`, cost), REQUEST_COST, SPENT],
      ],
      retry,
    );
  }

  /** Counts work of a request that was counted. Throws as `request`, and `request_invalid` if the limit is lower than its cost. */
  work({ id, perMinute }: KeyRecord, work: Work, retry: (seconds: number) => void): void {
    const limit = this.#limit(`cost ${id}`, perMinute?.cost);
    const amount = WORK_COST[work];
    if (limit !== undefined && REQUEST_COST + amount > limit.limit) {
      throw new AppError(
        'request_invalid',
        `${WORK_NAMES[work]} costs ${REQUEST_COST + amount}, and this key may spend ${limit.limit} a minute.`,
        { hint: INSTEAD[work] },
      );
    }
    this.#take([[limit, amount, SPENT]], retry);
  }

  /** All or nothing: what is refused is not counted. */
  #take(
    wanted: readonly (readonly [limit: MinuteLimit | undefined, amount: number, why: string])[],
    retry: (seconds: number) => void,
  ): void {
    const now = Date.now();
    for (const [limit, amount, why] of wanted) {
      const seconds = limit?.wait(amount, now) ?? 0;
      if (seconds === 0) continue;
      retry(seconds);
      throw new AppError('rate_limited', why, { hint: `Search again in ${seconds} seconds.` });
    }
    for (const [limit, amount] of wanted) limit?.spend(amount, now);
  }

  /** There are as many as keys. */
  #limit(name: string, limit: number | undefined): MinuteLimit | undefined {
    return counter(this.#limits, name, limit);
  }

  #address(name: string, limit: number | undefined): MinuteLimit | undefined {
    const found = counter(this.#addresses, name, limit);
    if (found === undefined) return undefined;
    // A Map lists its keys in order of insertion.
    this.#addresses.delete(name);
    this.#addresses.set(name, found);
    for (const oldest of this.#addresses.keys()) {
      if (this.#addresses.size <= MOST_ADDRESSES) break;
      this.#addresses.delete(oldest);
    }
    return found;
  }
}

const SPENT = 'This key has spent what it may in a minute.';

/** A limit that was changed counts anew. */
function counter(
  limits: Map<string, MinuteLimit>,
  name: string,
  limit: number | undefined,
): MinuteLimit | undefined {
  if (limit === undefined) return undefined;
  const known = limits.get(name);
  if (known?.limit === limit) return known;
  const made = new MinuteLimit(limit);
  limits.set(name, made);
  return made;
}
