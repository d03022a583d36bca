import type { QueryLogLine, SearchLine } from '../../shared/observe/query-log-line.ts';
import { TimeCounts } from './time-counts.ts';

/** Searches whose clicks may still come. A click follows its search within minutes. */
const REMEMBERED = 200_000;
/** The last group of positions has all further ones. */
const POSITIONS = [1, 2, 3, 4, 5, 10, 20] as const;

/** What is counted of searches, of a day or of a query. */
export interface Tally {
  searches: number;
  /** Of first pages: nothing fits, or only weakly; no hit at all. */
  none: number;
  weak: number;
  zero: number;
  degraded: number;
  clicks: number;
}

export interface QueryTally extends Tally {
  readonly query: string;
  /** Mean and longest time in milliseconds. */
  readonly meanMs: number;
  readonly maxMs: number;
  /** Mean position of the chosen hits, from 1; undefined without clicks. */
  readonly position: number | undefined;
}

export interface DayTally extends Tally {
  /** 2026-11-28, in UTC. */
  readonly day: string;
  readonly medianMs: number | undefined;
  readonly p95Ms: number | undefined;
}

export interface QueryReport {
  readonly total: Tally;
  /** Further pages, which are not searches of their own. */
  readonly pages: number;
  /** Searches whose query is not in the log, by the reason. */
  readonly withheld: Readonly<Record<string, number>>;
  /** Clicks of searches that are in none of the files. */
  readonly lostClicks: number;
  /** Different queries. */
  readonly queries: number;
  readonly days: readonly DayTally[];
  readonly top: readonly QueryTally[];
  /** Those that most often had nothing that fits, or no hit. */
  readonly failing: readonly QueryTally[];
  readonly slow: readonly QueryTally[];
  /** How often hits of these positions were chosen. */
  readonly positions: readonly { readonly positions: string; readonly clicks: number }[];
}

type Counted = Tally & { query: string; sumMs: number; maxMs: number; positions: number };

const emptyTally = (): Tally => ({ searches: 0, none: 0, weak: 0, zero: 0, degraded: 0, clicks: 0 });

/** Counts the entries of a query log, one at a time; memory grows with the number of different queries. */
export class QueryCounts {
  readonly #total = emptyTally();
  readonly #days = new Map<string, Tally & { readonly times: TimeCounts }>();
  readonly #queries = new Map<string, Counted>();
  readonly #withheld = new Map<string, number>();
  /** By the id of the search; the oldest first. */
  readonly #recent = new Map<string, Counted | undefined>();
  readonly #positions = POSITIONS.map(() => 0).concat(0);
  #pages = 0;
  #lostClicks = 0;

  add(line: QueryLogLine): void {
    const day = this.#day(line.at.slice(0, 10));
    if (line.kind === 'click') this.#click(line.search, line.position, day);
    else this.#search(line, day);
  }

  /** @param most queries in each list */
  report(most: number): QueryReport {
    const queries = Array.from(this.#queries.values(), finished);
    const best = (of: (query: QueryTally) => number): QueryTally[] =>
      queries
        .filter((query) => of(query) > 0)
        .toSorted((a, b) => of(b) - of(a) || b.searches - a.searches || (a.query < b.query ? -1 : 1))
        .slice(0, most);
    const days = [...this.#days].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return {
      total: this.#total,
      pages: this.#pages,
      withheld: Object.fromEntries(this.#withheld),
      lostClicks: this.#lostClicks,
      queries: queries.length,
      days: days.map(([day, { times, ...tally }]) => ({
        day,
        ...tally,
        medianMs: times.quantile(0.5),
        p95Ms: times.quantile(0.95),
      })),
      top: best(({ searches }) => searches),
      failing: best(({ none, weak, zero }) => 2 * none + weak + 2 * zero),
      slow: best(({ maxMs }) => maxMs),
      positions: this.#positions.map((clicks, at) => ({ positions: positionName(at), clicks })),
    };
  }

  #day(day: string) {
    let tally = this.#days.get(day);
    if (tally === undefined) {
      tally = { ...emptyTally(), times: new TimeCounts() };
      this.#days.set(day, tally);
    }
    return tally;
  }

  #search(line: SearchLine, day: Tally & { readonly times: TimeCounts }): void {
    const { query, withheld = 'other' } = line;
    const own = query === undefined ? undefined : this.#query(query);
    this.#remember(line.id, own);
    day.times.add(line.milliseconds);
    if (own !== undefined) {
      own.sumMs += line.milliseconds;
      own.maxMs = Math.max(own.maxMs, line.milliseconds);
    }
    if (line.offset > 0) {
      this.#pages++;
      return;
    }
    if (own === undefined) this.#withheld.set(withheld, (this.#withheld.get(withheld) ?? 0) + 1);
    for (const tally of [this.#total, day, ...(own === undefined ? [] : [own])]) {
      tally.searches++;
      if (line.hits === 0) tally.zero++;
      else if (line.match === 'none') tally.none++;
      else if (line.match === 'weak') tally.weak++;
      if (line.degraded !== undefined) tally.degraded++;
    }
  }

  #click(search: string, position: number, day: Tally): void {
    if (!this.#recent.has(search)) {
      this.#lostClicks++;
      return;
    }
    const own = this.#recent.get(search);
    for (const tally of [this.#total, day, ...(own === undefined ? [] : [own])]) tally.clicks++;
    if (own !== undefined) own.positions += position;
    const at = POSITIONS.findIndex((last) => position <= last);
    const group = at < 0 ? POSITIONS.length : at;
    this.#positions[group] = (this.#positions[group] ?? 0) + 1;
  }

  /** The same words in other cases or with other spaces are one query. */
  #query(query: string): Counted {
    const key = query.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
    let own = this.#queries.get(key);
    if (own === undefined) {
      own = { ...emptyTally(), query: key, sumMs: 0, maxMs: 0, positions: 0 };
      this.#queries.set(key, own);
    }
    return own;
  }

  #remember(id: string, query: Counted | undefined): void {
    this.#recent.set(id, query);
    if (this.#recent.size <= REMEMBERED) return;
    const [oldest = ''] = this.#recent.keys();
    this.#recent.delete(oldest);
  }
}

function finished({ sumMs, maxMs, positions, ...own }: Counted): QueryTally {
  return {
    ...own,
    maxMs,
    meanMs: Math.round(sumMs / Math.max(1, own.searches)),
    position: own.clicks === 0 ? undefined : positions / own.clicks,
  };
}

/** 1, 2, … 6 to 10, … and those behind. */
function positionName(at: number): string {
  const before = at === 0 ? 0 : (POSITIONS[at - 1] ?? 0);
  const last = POSITIONS[at];
  if (last === undefined) return `${before + 1} and more`;
  return last === before + 1 ? String(last) : `${before + 1} to ${last}`;
}
