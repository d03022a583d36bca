/**
 * `npm run soak`: searches for an hour while callers leave, come in bursts, processes are killed, and the index is
 * built and activated. Prints a row for each minute and a verdict.
 * `--minutes 60 --seed N`
 */
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../support/random.ts';
import { knownSentences } from '../harness/collection.ts';
import { copyIndex, type Indexes, makeIndexes, removeIndexes, type Split } from '../harness/indexes.ts';
import { runLoad } from '../harness/load.ts';
import { type Product, startProduct } from '../harness/product.ts';
import { parseSeed, seedOfRun } from '../harness/seed.ts';
import { DISTURBANCES, repeat, type Target } from './disturbances.ts';
import { COLUMNS, Minute } from './minute.ts';

/** Callers that search all the time. */
const CLIENTS = 2;
const MINUTE_MS = 60_000;
/** Memory of the last minutes in terms of that after the first tenth of the time. */
const MOST_GROWTH = 1.5;
/** After everything, a search is full within this time. */
const RECOVERY_SECONDS = 10;

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '60' }, seed: { type: 'string' } },
});
const minutes = Number(values.minutes);
if (!(minutes > 0 && minutes <= 10_000))
  throw new Error(`--minutes: "${values.minutes}" is not from 0 to 10000`);
const seed = values.seed === undefined ? seedOfRun() : parseSeed(values.seed);

console.log(`seed ${seed}, ${minutes} minutes; Ctrl-C ends it earlier`);
const indexes = await makeIndexes(seed);
const index = copyIndex(indexes, indexes.small);
const product = await startProduct(index);
let complaints: string[];
try {
  complaints = await soak(indexes, product);
} finally {
  product.destroy();
  removeIndexes(indexes);
}
console.log(
  complaints.length === 0 ? 'verdict: it held' : `verdict: it did not hold\n${complaints.join('\n')}`,
);
process.exit(complaints.length === 0 ? 0 : 1);

async function soak({ data, generations }: Indexes, { url }: Product): Promise<string[]> {
  const found: string[] = [];
  const events = new Map<string, number>();
  const memories: number[] = [];
  const splitOf = new Map<string, Split>([
    [generations.dev, 'dev'],
    [generations.train, 'train'],
  ]);
  const sentences = knownSentences(seed);
  const end = new AbortController();
  process.once('SIGINT', () => end.abort());
  let minute = new Minute();

  const load = (clients: number, until: AbortSignal) =>
    runLoad(url, {
      clients,
      sentences,
      until,
      onAnswer: (answer) => minute.add(answer, splitOf),
      onLost: () => minute.addLost(),
    });
  const target: Target = {
    product,
    index,
    data,
    random: seededRandom(seed),
    sentences,
    splitOf,
    burst: async (clients, seconds) => {
      // One controller, held by its timer: what `AbortSignal.any` combines may be collected before it aborts.
      const until = new AbortController();
      const abort = (): void => until.abort();
      const limit = setTimeout(abort, 1000 * seconds);
      end.signal.addEventListener('abort', abort, { once: true });
      await load(clients, until.signal);
      clearTimeout(limit);
      end.signal.removeEventListener('abort', abort);
    },
  };
  const running = [
    load(CLIENTS, end.signal),
    ...DISTURBANCES.map((one) =>
      repeat(one, target, end.signal, (name, error) => {
        events.set(name, (events.get(name) ?? 0) + 1);
        if (error !== undefined) found.push(`${name}: ${error.message}`);
      }),
    ),
  ];
  void product.command.ended.then((how) => {
    if (!end.signal.aborted)
      found.push(`gsmn start ended with ${how}:\n${product.command.stderr().slice(-2000)}`);
    end.abort();
  });

  console.log(COLUMNS.join('\t'));
  for (let count = 1; count <= Math.ceil(minutes) && !end.signal.aborted; count++) {
    const length = Math.min(1, minutes - count + 1) * MINUTE_MS;
    await wait(length, undefined, { signal: end.signal }).catch(() => {});
    const done = minute;
    minute = new Minute();
    const memory = product.memory();
    memories.push(memory);
    const what = [...events].map(([name, times]) => `${times} ${name}`).join(', ');
    events.clear();
    console.log(done.row(count, memory, what).join('\t'));
    found.push(...done.wrong);
  }
  end.abort();
  await Promise.all(running);
  found.push(...(await afterwards(sentences)), ...growth(memories));
  return found;
}

/** What is wrong when everything is over. */
async function afterwards(sentences: () => string): Promise<string[]> {
  try {
    await product.fullAnswer(sentences(), RECOVERY_SECONDS);
    await product.stop();
    return [];
  } catch (thrown) {
    return [String(thrown)];
  }
}

function growth(memories: readonly number[]): string[] {
  // The first tenth warms up.
  const early = memories[Math.min(Math.ceil(memories.length / 10), memories.length - 1)] ?? 0;
  const late = Math.min(...memories.slice(-3));
  if (!(late > MOST_GROWTH * early)) return [];
  return [`memory grew from ${(early / 2 ** 20).toFixed(0)} to ${(late / 2 ** 20).toFixed(0)} MB`];
}
