import process from 'node:process';
import { quantile } from '../statistics.ts';
import type { Contender } from './contenders.ts';

/** Speeds of one contender. */
export interface Measured {
  readonly name: string;
  readonly pairsPerSecond: Spread | undefined;
  /** Per second of processor time of all its threads: what one thread of an idle machine would do in a second. */
  readonly pairsPerProcessorSecond: Spread | undefined;
  /** Also per second of processor time. */
  readonly gigaflops: Spread;
  readonly bytesOfAnImage: number | undefined;
  readonly bytesOfAPair: number | undefined;
  /** Multiply-adds of a pair, and how many of these are in bytes. */
  readonly operationsOfAPair: { readonly all: number; readonly ofBytes: number } | undefined;
  /** Largest difference from the float64 reference among the checked scores. */
  readonly error: number;
  /** Seconds of a run, round by round. */
  readonly elapsed: readonly number[];
}

export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly best: number;
}

/** Runs that are too short to time are repeated within a round. */
const ROUND_MS = 150;

/** Seconds of one run. */
interface Timed {
  readonly elapsed: number;
  readonly processor: number;
}

/**
 * Times contenders in turn, round by round, so that other work on the machine affects all of them.
 * @param errors of the contenders' scores
 */
export async function measure(
  contenders: readonly Contender[],
  errors: readonly number[],
  rounds: number,
): Promise<Measured[]> {
  const times = contenders.map((): Timed[] => []);
  for (const contender of contenders) await timed(contender);
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) times[index]?.push(await timed(contender));
  }
  return contenders.map(({ name, pairs, operations, ofBytes = 0, bytesOfAnImage, bytesOfAPair }, index) => {
    const speeds = (units: number, clock: keyof Timed) =>
      spread((times[index] ?? []).map((time) => units / time[clock]));
    return {
      name,
      pairsPerSecond: pairs === undefined ? undefined : speeds(pairs, 'elapsed'),
      pairsPerProcessorSecond: pairs === undefined ? undefined : speeds(pairs, 'processor'),
      gigaflops: speeds((2 * operations) / 1e9, 'processor'),
      bytesOfAnImage,
      bytesOfAPair,
      operationsOfAPair:
        pairs === undefined ? undefined : { all: operations / pairs, ofBytes: ofBytes / pairs },
      error: errors[index] ?? Number.NaN,
      elapsed: (times[index] ?? []).map(({ elapsed }) => elapsed),
    };
  });
}

async function timed(contender: Contender): Promise<Timed> {
  const began = performance.now();
  const usage = process.cpuUsage();
  let runs = 0;
  do {
    await contender.run();
    runs++;
  } while (performance.now() - began < ROUND_MS);
  const { user, system } = process.cpuUsage(usage);
  const elapsed = (performance.now() - began) / 1000 / runs;
  return { elapsed, processor: (user + system) / 1e6 / runs };
}

export function spread(values: readonly number[]): Spread {
  return {
    median: quantile(values, 0.5),
    low: quantile(values, 0.25),
    high: quantile(values, 0.75),
    best: Math.max(...values),
  };
}

/** Milliseconds of single calls, as in a reranker. */
export async function latencies(work: () => Promise<unknown>, count: number): Promise<Spread> {
  const times: number[] = [];
  for (let index = 0; index < count + 5; index++) {
    const began = performance.now();
    await work();
    if (index >= 5) times.push(performance.now() - began);
  }
  return { ...spread(times), best: Math.min(...times) };
}
