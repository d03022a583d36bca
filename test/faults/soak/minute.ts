import { type Answer, outlineOf } from '../harness/client.ts';
import { quantile } from '../harness/load.ts';

/** What happened to the searches of one minute. */
export class Minute {
  readonly #began = performance.now();
  readonly #times: number[] = [];
  readonly #wrong: string[] = [];
  #late = 0;
  #degraded = 0;
  #unavailable = 0;
  #failed = 0;
  #lost = 0;

  /** Adds an answer. @param splitOf the split that a generation holds. */
  add(answer: Answer, splitOf: ReadonlyMap<string, string>): void {
    const { status, headers } = answer;
    if (status === 503) this.#unavailable++;
    else if (status !== 200) this.#failed++;
    else if (answer.full) this.#times.push(answer.milliseconds);
    else if (headers['x-search-degraded'] === 'timeout') this.#late++;
    else this.#degraded++;
    if (status === 200) this.#check(answer, splitOf);
    // The only refusals that a service may make under this load.
    else if (status !== 503 && status !== 504)
      this.#wrong.push(`status ${status}: ${answer.text.slice(0, 300)}`);
  }

  addLost(): void {
    this.#lost++;
  }

  /** Answers that no disturbance excuses. */
  get wrong(): readonly string[] {
    return this.#wrong;
  }

  /** Cells of the table. */
  row(minute: number, memory: number, events: string): string[] {
    const times = this.#times.toSorted((a, b) => a - b);
    const others = [this.#late, this.#degraded, this.#unavailable, this.#failed, this.#lost];
    const all = others.reduce((sum, count) => sum + count, times.length);
    const seconds = (performance.now() - this.#began) / 1000;
    return [
      String(minute),
      (all / seconds).toFixed(1),
      `${((100 * times.length) / Math.max(1, all)).toFixed(1)} %`,
      ...others.map(String),
      quantile(times, 0.5).toFixed(0),
      quantile(times, 0.99).toFixed(0),
      (memory / 2 ** 20).toFixed(0),
      events,
    ];
  }

  #check(answer: Answer, splitOf: ReadonlyMap<string, string>): void {
    const { query, generation, hits } = outlineOf(answer);
    if (query !== answer.query) this.#wrong.push(`"${answer.query}" was answered as "${query}"`);
    // One that was activated a moment ago by a command that has not said so yet.
    const split = splitOf.get(generation);
    if (split === undefined) return;
    const foreign = hits.find(({ image }) => !image.name.startsWith(`${split}/`));
    if (foreign) this.#wrong.push(`generation ${generation} of ${split} has the hit ${foreign.image.name}`);
  }
}

export const COLUMNS = [
  'minute',
  'per s',
  'full',
  'late',
  'degraded',
  '503',
  'other',
  'lost',
  'p50 ms',
  'p99 ms',
  'MB',
  'events',
] as const;
