import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { randomNumbers, seededRandom } from '../support/random.ts';
import { machine, quantile } from './statistics.ts';

interface Measured {
  readonly points: number;
  readonly dimensions: number;
  readonly pointsWrittenPerSecond: number;
  /** Milliseconds of one query (limit 10) through the whole server: JSON in, JSON out, in process. */
  readonly p50: number;
  readonly p95: number;
  /** Median of a loop over Float32Arrays in JavaScript, without JSON. */
  readonly plainP50: number;
  /** How many times faster than that loop. */
  readonly ratio: number;
}

const LIMIT = 10;
const BATCH = 500;

/**
 * Times qdrant-local; results are checked against brute force first.
 * `--sizes 1000,10000,100000 --dimensions 1024,256 --queries 30 --json`
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sizes: { type: 'string', default: '1000,10000,100000' },
      dimensions: { type: 'string', default: '1024,256' },
      queries: { type: 'string', default: '30' },
      json: { type: 'boolean', default: false },
    },
  });
  const list = (text: string) => text.split(',').map(Number);
  const results: Measured[] = [];
  for (const dimensions of list(values.dimensions)) {
    for (const points of list(values.sizes))
      results.push(await measure(points, dimensions, Number(values.queries)));
  }
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ bench: 'qdrant-local', machine: machine(), results })}\n`);
    return;
  }
  process.stdout.write(`qdrant-local, exact search by cosine, limit ${LIMIT}; ${machine()}\n`);
  for (const { points, dimensions, p50, p95, plainP50, ratio, pointsWrittenPerSecond } of results) {
    process.stdout.write(
      `${String(points).padStart(7)} x ${String(dimensions).padEnd(4)}  p50 ${p50.toFixed(2)} ms  p95 ${p95.toFixed(2)} ms  ` +
        `plain loop ${plainP50.toFixed(2)} ms (${ratio.toFixed(1)}x)  writes ${pointsWrittenPerSecond.toFixed(0)} points/s\n`,
    );
  }
}

async function measure(points: number, dimensions: number, queries: number): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'qdrant-local-bench-'));
  const local = await createQdrantLocal({ path: join(folder, 'store.sqlite') });
  const ask = async (method: string, at: string, body: unknown): Promise<unknown> => {
    const response = await local.app.request(at, { method, body: JSON.stringify(body) });
    if (response.status !== 200) throw new Error(await response.text());
    return ((await response.json()) as { result: unknown }).result;
  };
  const nearest = async (query: Float32Array) =>
    (await ask('POST', '/collections/bench/points/query', { query: [...query], limit: LIMIT })) as {
      points: { id: number; score: number }[];
    };
  try {
    const random = seededRandom(1);
    const rows = Array.from({ length: points }, () => unit(randomNumbers(random, dimensions)));
    await ask('PUT', '/collections/bench', { vectors: { size: dimensions, distance: 'Cosine' } });
    const writing = performance.now();
    for (let first = 0; first < points; first += BATCH) {
      const batch = rows.slice(first, first + BATCH).map((row, at) => ({ id: first + at, vector: [...row] }));
      await ask('PUT', '/collections/bench/points?wait=true', { points: batch });
    }
    const pointsWrittenPerSecond = (1000 * points) / (performance.now() - writing);

    const times: number[] = [];
    const plainTimes: number[] = [];
    for (let n = 0; n < queries + 3; n++) {
      const query = unit(randomNumbers(random, dimensions));
      const began = performance.now();
      const { points: found } = await nearest(query);
      const middle = performance.now();
      const plain = bruteForce(rows, query);
      const ended = performance.now();
      if (found.map(({ id }) => id).join() !== plain.join()) {
        throw new Error(
          `query ${n} over ${points} x ${dimensions}: ${found.map(({ id }) => id).join()} instead of ${plain.join()}`,
        );
      }
      // The first ones warm up.
      if (n < 3) continue;
      times.push(middle - began);
      plainTimes.push(ended - middle);
    }
    const [p50, p95, plainP50] = [quantile(times, 0.5), quantile(times, 0.95), quantile(plainTimes, 0.5)];
    return { points, dimensions, pointsWrittenPerSecond, p50, p95, plainP50, ratio: plainP50 / p50 };
  } finally {
    local.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The simple method, and the check: ids of the largest inner products, in float64. */
function bruteForce(rows: readonly Float32Array[], query: Float32Array): number[] {
  const scores = new Float64Array(rows.length);
  for (const [at, row] of rows.entries()) {
    let sum = 0;
    for (let i = 0; i < query.length; i++) sum += (query[i] as number) * (row[i] as number);
    scores[at] = sum;
  }
  const best: number[] = [];
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at] as number;
    if (best.length === LIMIT && score <= (scores[best.at(-1) as number] as number)) continue;
    const place = best.findIndex((other) => score > (scores[other] as number));
    best.splice(place < 0 ? best.length : place, 0, at);
    if (best.length > LIMIT) best.pop();
  }
  return best;
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
