import process from 'node:process';
import { parseArgs } from 'node:util';
import { AppError } from '../../../shared/errors/index.ts';
import { seededRandom } from '../../support/random.ts';
import { SIZES, startEdges } from '../edge-services.ts';
import { type Asked, LoadClient } from '../search/drive.ts';
import { machine, quantile } from '../statistics.ts';
import { type FirstResult, firstResult } from './first-result.ts';

import { zipfStream } from './zipf-stream.ts';

const LIMIT = 20;
const CONCURRENCY = 8;
const SECONDS = 120;
/** Searches one after another whose first result is timed. */
const FIRST_RESULTS = 60;
/** Queries whose answers are compared before anything is timed. */
const CHECKED = 20;

/**
 * Times searches with and without kept answers, over the same services: a stream of queries of which some are frequent, as people ask
 * them (Zipf's law). Answers are compared first. `--queries 4000 --distinct 2000 --rounds 4`
 */
export async function run(args: readonly string[]): Promise<void> {
  const { queries, distinct, rounds } = options(args);
  const services = await startEdges({ kept: { CACHE_MEMORY_MB: '16' }, plain: { CACHE_MEMORY_MB: '0' } });
  const { kept, plain } = services.edges;
  const clients = { kept: new LoadClient(kept.url), plain: new LoadClient(plain.url) };
  try {
    const random = seededRandom(1);
    const sentences = Array.from({ length: distinct }, (_, at) => `a dog ${at} runs on grass`);
    const checked = Array.from({ length: CHECKED }, (_, at) => `a man ${at} on a dog`);
    await check(clients, checked);
    const stream = zipfStream(sentences, queries, random);
    const size = Math.ceil(queries / rounds);
    const asked = { plain: [] as Asked[], kept: [] as Asked[] };
    const seconds = { plain: 0, kept: 0 };
    for (let from = 0; from < queries; from += size) {
      for (const name of ['plain', 'kept'] as const) {
        const part = stream.slice(from, from + size);
        const drive = { concurrency: CONCURRENCY, limit: LIMIT, seconds: SECONDS };
        const driven = await clients[name].drive(part, drive);
        asked[name].push(...driven.asked);
        seconds[name] += driven.seconds;
      }
    }
    const parts: FirstResult[] = [];
    for (let at = 0; at < FIRST_RESULTS; at++) {
      parts.push(await firstResult(plain.url, `grass ${at} on a man`, LIMIT));
    }
    report({ queries, distinct, asked, seconds, parts });
  } finally {
    for (const client of Object.values(clients)) client.close();
    await services.close();
  }
}

function options(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      queries: { type: 'string', default: '4000' },
      distinct: { type: 'string', default: '2000' },
      rounds: { type: 'string', default: '4' },
    },
  });
  const number = (name: 'queries' | 'distinct' | 'rounds'): number => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= 1 && value <= 1_000_000) return value;
    throw new AppError('argument_invalid', `--${name}: "${values[name]}" is not a whole number from 1`);
  };
  return { queries: number('queries'), distinct: number('distinct'), rounds: number('rounds') };
}

/** Kept answers must be those of the services, byte by byte; timing different answers would be meaningless. */
async function check(
  { kept, plain }: Readonly<Record<'kept' | 'plain', LoadClient>>,
  queries: readonly string[],
): Promise<void> {
  // The first searches load the query model.
  for (const client of [kept, plain])
    await client.drive(queries, { concurrency: 2, limit: 1, seconds: SECONDS });
  for (const query of queries) {
    const [first, again, other] = [
      await kept.ask(query, LIMIT),
      await kept.ask(query, LIMIT),
      await plain.ask(query, LIMIT),
    ].map((answer) => JSON.stringify(answer));
    if (again === first && first === other) continue;
    throw new AppError('internal', `the kept answer to "${query}" is not that of the services`);
  }
}

interface Result {
  readonly queries: number;
  readonly distinct: number;
  readonly asked: Readonly<Record<'plain' | 'kept', readonly Asked[]>>;
  readonly seconds: Readonly<Record<'plain' | 'kept', number>>;
  readonly parts: readonly FirstResult[];
}

function report({ queries, distinct, asked, seconds, parts }: Result): void {
  const share = (text: string) =>
    asked.kept.filter(({ cacheStatus }) => cacheStatus.includes(text)).length / asked.kept.length;
  const degraded = [...asked.kept, ...asked.plain].filter((one) => one.degraded).length;
  const seen = new Set(asked.kept.map(({ query }) => query)).size;
  const percent = (value: number) => `${(100 * value).toFixed(1)}%`;
  const times = (answers: readonly Asked[]) => answers.map(({ total }) => total);
  const hits = asked.kept.filter(({ cacheStatus }) => cacheStatus.includes('hit'));
  const at = (values: readonly number[], q: number) => quantile(values, q);
  const line = (name: string, plain: number, kept: number, better: number) =>
    `  ${name.padEnd(24)} ${plain.toFixed(2).padStart(9)} ${kept.toFixed(2).padStart(9)}   ${better.toFixed(1)} times`;
  const rows = [0.5, 0.95, 0.99].map((q) => {
    const [plain, kept] = [at(times(asked.plain), q), at(times(asked.kept), q)];
    return line(`p${100 * q}, ms`, plain, kept, plain / kept);
  });
  const firsts = parts.map(({ first }) => first);
  const whole = parts.map(({ ranked }) => ranked);
  const rate = { plain: queries / seconds.plain, kept: queries / seconds.kept };
  process.stdout.write(
    [
      `${queries} searches of ${seen} of ${distinct} queries (Zipf), ${SIZES.images} images, shortlist ${SIZES.shortlist}, ${LIMIT} hits, concurrency ${CONCURRENCY}; ${machine()}`,
      `  kept ${percent(share('hit'))}, shared with an equal search ${percent(share('collapsed'))}, degraded ${degraded}`,
      `  ${''.padEnd(24)} ${'without'.padStart(9)} ${'with'.padStart(9)}`,
      ...rows,
      line('searches/s', rate.plain, rate.kept, rate.kept / rate.plain),
      `  a kept answer: p50 ${at(times(hits), 0.5).toFixed(2)} ms, ${(at(times(asked.plain), 0.5) / at(times(hits), 0.5)).toFixed(1)} times faster than a search`,
      `  in two parts, one search at a time: recall's order after ${at(firsts, 0.5).toFixed(1)} ms, the ranked one after ${at(whole, 0.5).toFixed(1)} ms (medians), ${(at(whole, 0.5) / at(firsts, 0.5)).toFixed(1)} times later`,
      '',
    ].join('\n'),
  );
}
