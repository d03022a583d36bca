import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { AppError } from '../../../shared/errors/index.ts';
import { type EdgeServices, SIZES, startEdges } from '../edge-services.ts';
import { LoadClient } from '../search/drive.ts';
import { machine, quantile } from '../statistics.ts';

/** What observes the requests of an edge worker. */
const WAYS = ['nothing', 'metrics', 'everything'] as const;
type Way = (typeof WAYS)[number];

const LIMIT = 20;
const CONCURRENCY = 4;
const SECONDS = 600;
/** Queries whose answers are compared before anything is timed. */
const CHECKED = 10;
const TOKEN = 'of the benchmark';
/** Ticks of the clock by which Linux counts processor time. */
const TICKS_PER_SECOND = 100;

/** One turn: the same requests to one edge worker. */
interface Turn {
  /** Milliseconds of each answer. */
  readonly times: readonly number[];
  readonly seconds: number;
  /** Milliseconds of processor time that the edge worker took for an answer. */
  readonly cpu: number;
}

/**
 * Times what observing costs: three edge workers over the same services, of which one is observed by nothing, one by metrics, and one by
 * metrics, traces to a collector, and the query log. They answer the same requests in turn: searches that are performed, and answers that
 * are kept, of which the edge worker's own time is all. `--rounds 20 --searches 100 --kept 1000`
 */
export async function run(args: readonly string[]): Promise<void> {
  const { rounds, searches, kept } = options(args);
  const collector = await startCollector();
  const services = await startEdges({
    nothing: {},
    metrics: { METRICS_TOKEN: TOKEN },
    everything: {
      METRICS_TOKEN: TOKEN,
      QUERY_LOG_SAMPLE: '1',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    },
  });
  const clients = byWay((way) => new LoadClient(services.edges[way].url));
  try {
    await check(clients);
    const turns = { performed: byWay((): Turn[] => []), kept: byWay((): Turn[] => []) };
    for (let round = 0; round < rounds; round++) {
      // Each begins as often as the others.
      const order = WAYS.map((_, at) => WAYS[(at + round) % WAYS.length] as Way);
      for (const way of order) {
        const { pid } = services.edges[way];
        const queries = Array.from({ length: searches }, (_, at) => `a dog ${round} runs on grass ${at}`);
        turns.performed[way].push(await turn(clients[way], pid, queries));
        const same = Array.from({ length: kept }, (_, at) => queries[at % 10] ?? '');
        turns.kept[way].push(await turn(clients[way], pid, same));
      }
    }
    await checkObserved(services, collector.spans, 1 + rounds * (searches + kept));
    report(`${rounds} rounds of ${searches} searches and ${kept} kept answers`, turns);
  } finally {
    for (const client of Object.values(clients)) client.close();
    await services.close();
    await collector.close();
  }
}

function byWay<T>(make: (way: Way) => T): Record<Way, T> {
  return { nothing: make('nothing'), metrics: make('metrics'), everything: make('everything') };
}

function options(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '20' },
      searches: { type: 'string', default: '100' },
      kept: { type: 'string', default: '1000' },
    },
  });
  const number = (name: 'rounds' | 'searches' | 'kept'): number => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= 10 && value <= 1_000_000) return value;
    throw new AppError('argument_invalid', `--${name}: "${values[name]}" is not a whole number from 10`);
  };
  return { rounds: number('rounds'), searches: number('searches'), kept: number('kept') };
}

/** A collector of OTLP by HTTP that counts spans. */
async function startCollector() {
  let spans = 0;
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (piece: string) => {
      text += piece;
    });
    request.on('end', () => {
      spans += text.split('"spanId"').length - 1;
      response.end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () => spans,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** What is observed must be answered as what is not; timing different answers would be meaningless. */
async function check(clients: Readonly<Record<Way, LoadClient>>): Promise<void> {
  for (let at = 0; at < CHECKED; at++) {
    const query = `a man ${at} on a dog`;
    // The first searches load the query model.
    for (const way of WAYS)
      await clients[way].drive([query, query], { concurrency: 1, limit: 1, seconds: SECONDS });
    const [nothing, ...others] = await Promise.all(
      WAYS.map(async (way) => JSON.stringify(await clients[way].ask(query, LIMIT))),
    );
    if (others.every((answer) => answer === nothing)) continue;
    throw new AppError('internal', `the answers to "${query}" are not the same`);
  }
}

/** Whether everything was observed that was timed. */
async function checkObserved(
  { edges }: EdgeServices<Way>,
  spans: () => number,
  least: number,
): Promise<void> {
  const response = await fetch(`${edges.everything.url}/metrics`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  const counted = /^gsmn_edge_requests_total\{route="\/v1\/search",status="200"\} (\d+)$/m.exec(
    await response.text(),
  )?.[1];
  // The last spans are sent after the last answer.
  for (let tries = 0; spans() < least && tries < 50; tries++) {
    await new Promise((done) => setTimeout(done, 100));
  }
  const found = { requests: Number(counted), spans: spans(), lines: edges.everything.queryLines() };
  if (Object.values(found).every((count) => count >= least)) return;
  throw new AppError('internal', `of ${least} requests there were observed ${JSON.stringify(found)}`);
}

async function turn(client: LoadClient, pid: number, queries: readonly string[]): Promise<Turn> {
  const before = processorMs(pid);
  const { asked, seconds } = await client.drive(queries, {
    concurrency: CONCURRENCY,
    limit: LIMIT,
    seconds: SECONDS,
  });
  if (asked.some(({ degraded }) => degraded)) throw new AppError('internal', 'an answer was degraded');
  return {
    times: asked.map(({ total }) => total),
    seconds,
    cpu: (processorMs(pid) - before) / asked.length,
  };
}

/** Milliseconds of processor time that a process has taken; NaN where the system does not tell. */
function processorMs(pid: number): number {
  if (process.platform !== 'linux') return Number.NaN;
  // The name of the program may have spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

function report(what: string, turns: Readonly<Record<string, Readonly<Record<Way, readonly Turn[]>>>>): void {
  const lines = Object.entries(turns).flatMap(([name, ways]) => {
    const row = (measure: string, value: (turn: Turn) => number): string => {
      const medians = WAYS.map((way) => quantile(ways[way].map(value), 0.5));
      // Of turns next to each other, so that what else the machine does counts for both.
      const ratios = (['metrics', 'everything'] as const).map((way) => {
        const each = ways[way].map((one, at) => value(one) / value(ways.nothing[at] as Turn));
        const [low, median, high] = [0.25, 0.5, 0.75].map((q) => quantile(each, q).toFixed(3));
        return `${median} (${low} to ${high})`;
      });
      const columns = [...medians.map((one) => one.toFixed(3).padStart(11)), ...ratios];
      return `  ${`${name}: ${measure}`.padEnd(32)} ${columns.join('  ')}`;
    };
    return [
      row('processor ms an answer', ({ cpu }) => cpu),
      row('p50, ms', ({ times }) => quantile(times, 0.5)),
      row('p95, ms', ({ times }) => quantile(times, 0.95)),
      row('answers/s', ({ times, seconds }) => times.length / seconds),
    ];
  });
  const head = `${what}, in turn, ${SIZES.images} images, shortlist ${SIZES.shortlist}, ${LIMIT} hits, concurrency ${CONCURRENCY}; ${machine()}`;
  const columns = `  ${'medians of the rounds'.padEnd(32)} ${WAYS.map((way) => way.padStart(11)).join('  ')}  metrics / nothing, everything / nothing (quartiles)`;
  process.stdout.write(`${[head, columns, ...lines].join('\n')}\n`);
}
