import { toAppError } from '../../../shared/errors/index.ts';
import { LruCache } from '../../../shared/search/lru-cache.ts';
import type { CallOptions } from '../../clients/index.ts';
import type { Log } from '../http/edge-env.ts';
import { ActiveGeneration, type Freshness } from './active-generation.ts';
import type { ColoAnswers } from './colo-answers.ts';
import type { KeptAnswer } from './kept-answer.ts';

export interface AnswerCacheOptions extends Freshness {
  /** Memory for answers, in bytes. */
  readonly bytes: number;
  /** Answers that other isolates have, too. */
  readonly colo?: ColoAnswers | undefined;
  /** Asks which generation is active. */
  readonly ask: (call: CacheCall) => Promise<{ readonly generation: string }>;
  readonly log: Log;
}

export interface CacheCall extends Pick<CallOptions, 'requestId'> {
  /** Lets work continue after the response was sent. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** An answer that was kept. */
export interface Found {
  readonly answer: KeptAnswer;
  /** Milliseconds since its generation was known to be active; 0 for a generation that the caller names. */
  readonly age: number;
  /** How much longer that is taken to be so, in milliseconds; negative if it is being asked. */
  readonly left: number;
}

/** What an answer holds besides its bytes: its key, and the objects around them. */
const OVERHEAD_BYTES = 512;

/**
 * Complete answers by generation and key (`answerKey`). An answer of a generation never changes, so that it is kept until there is no more
 * room, or until its generation is neither the active one nor the one before, in which pages continue.
 */
export class AnswerCache {
  readonly #options: AnswerCacheOptions;
  readonly #kept: LruCache<KeptAnswer>;
  readonly #active: ActiveGeneration;
  #current: string | undefined;

  constructor(options: AnswerCacheOptions) {
    this.#options = options;
    this.#kept = new LruCache(options.bytes);
    this.#active = new ActiveGeneration(options, (generation) => this.#purge(generation));
  }

  /** Bytes of memory that are in use. */
  get bytes(): number {
    return this.#kept.bytes;
  }

  /**
   * The answer with this key in the active generation, or in the one that is named. Without a call to another service, as long as it is known
   * which one is active; for a while longer, that is asked in the background.
   */
  async find(key: string, named: string | undefined, call: CacheCall): Promise<Found | undefined> {
    const { freshMs, colo } = this.#options;
    const known = named === undefined ? this.#active.known : { generation: named, age: 0, stale: false };
    if (known === undefined) return undefined;
    const { generation, age, stale } = known;
    const here = this.#kept.get(placeOf(generation, key));
    const answer = here ?? (await colo?.get(generation, key));
    if (stale) call.waitUntil(this.#check(call));
    if (answer === undefined) return undefined;
    if (here === undefined) this.#keep(key, answer);
    return { answer, age, left: freshMs - age };
  }

  /**
   * Keeps a complete answer.
   *
   * @param asked when it was asked for, if that was in the active generation, by `performance.now()`
   */
  set(key: string, answer: KeptAnswer, asked: number | undefined, call: CacheCall): void {
    if (asked !== undefined) this.#active.note(answer.generation, asked);
    this.#keep(key, answer);
    const { colo } = this.#options;
    if (colo?.works) call.waitUntil(colo.set(key, answer));
  }

  #keep(key: string, answer: KeptAnswer): void {
    const place = placeOf(answer.generation, key);
    this.#kept.set(place, answer, answer.rest.byteLength + 2 * place.length + OVERHEAD_BYTES);
  }

  #purge(generation: string): void {
    const kept = [generation, this.#current];
    this.#current = generation;
    this.#kept.deleteUnless((place) => kept.some((one) => one !== undefined && place.startsWith(one)));
  }

  async #check(call: CacheCall): Promise<void> {
    await this.#active
      .check(() => this.#options.ask(call))
      .catch((thrown: unknown) => {
        const { code, message } = toAppError(thrown);
        const { requestId } = call;
        this.#options.log({ level: 'warn', requestId, code, message: `which index is active: ${message}` });
      });
  }
}

function placeOf(generation: string, key: string): string {
  return `${generation} ${key}`;
}
