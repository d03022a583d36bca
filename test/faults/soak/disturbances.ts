import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { toAppError } from '../../../shared/errors/index.ts';
import { runGsmn } from '../../support/run-gsmn.ts';
import { askAndLeave } from '../harness/abandoning-client.ts';
import { buildParameters, type Split } from '../harness/indexes.ts';
import type { Product } from '../harness/product.ts';

/** What the disturbances act on. */
export interface Target {
  readonly product: Product;
  readonly index: string;
  readonly data: string;
  readonly random: () => number;
  readonly sentences: () => string;
  /** The split that each generation holds; new ones are added. */
  readonly splitOf: Map<string, Split>;
  /** Many callers for some seconds. */
  burst(clients: number, seconds: number): Promise<void>;
}

/** Something that goes wrong, or much to do at once; resolves when it is over. */
export interface Disturbance {
  readonly name: string;
  /** Seconds between two of them. */
  readonly every: number;
  run(target: Target): Promise<void>;
}

export const DISTURBANCES: readonly Disturbance[] = [
  { name: 'burst', every: 50, run: (target) => target.burst(64, 5) },
  {
    name: 'leavers',
    every: 20,
    run: async ({ product, sentences, random }) => {
      const leave = random() < 0.5 ? 'RST' : 'FIN';
      await Promise.all(
        Array.from({ length: 50 }, () => askAndLeave(product.url, sentences(), leave, 50 * random())),
      );
    },
  },
  {
    // Rarer than what the product takes as a sign that it should end.
    name: 'kill',
    every: 45,
    run: async ({ product, random }) => {
      const children = product.processes().slice(1);
      const victim = children[Math.floor(children.length * random())];
      if (victim === undefined) return;
      try {
        process.kill(victim.pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
    },
  },
  {
    name: 'build',
    every: 75,
    run: async ({ index, data, random, splitOf }) => {
      const split: Split = random() < 0.7 ? 'train' : 'dev';
      // Other addresses of images make another generation.
      const prefix = `/images/${Math.floor(1e9 * random())}/`;
      const stdout = await gsmn([...buildParameters(data, index, split), '--images-url', prefix]);
      splitOf.set(generationSchema.parse(JSON.parse(stdout)).generation, split);
    },
  },
  {
    name: 'activation',
    every: 25,
    run: async ({ index, random, splitOf }) => {
      const ids = [...splitOf.keys()];
      const id = ids[Math.floor(ids.length * random())];
      if (id === undefined) return;
      // A build holds the lock of the index.
      await gsmn(['index', 'activate', id, '--index', index], /conflict|another command/i);
    },
  },
];

const generationSchema = z.object({ generation: z.string() });

async function gsmn(parameters: readonly string[], tolerated?: RegExp): Promise<string> {
  const { code, stdout, stderr } = await runGsmn(parameters);
  if (code === 0 || tolerated?.test(stderr)) return stdout;
  throw new Error(`gsmn ${parameters.slice(0, 2).join(' ')} ended with code ${code}:\n${stderr}`);
}

/** Repeats a disturbance until the end; `onEvent` hears of each, and of errors. */
export async function repeat(
  disturbance: Disturbance,
  target: Target,
  until: AbortSignal,
  onEvent: (name: string, error?: Error) => void,
): Promise<void> {
  const { name, every } = disturbance;
  for (;;) {
    // Half of the time or half as much again, so that they meet in every order.
    await wait(1000 * every * (0.5 + target.random()), undefined, { signal: until }).catch(() => {});
    if (until.aborted) return;
    try {
      await disturbance.run(target);
      onEvent(name);
    } catch (thrown) {
      onEvent(name, toAppError(thrown));
    }
  }
}
