import { setTimeout as wait } from 'node:timers/promises';
import { type CommandProcess, startCommandProcess } from '../../support/command-process.ts';
import { type Answer, Client, describeAnswer } from './client.ts';
import { processTree, type Running } from './process-tree.ts';

/** `gsmn start` as a user runs it, at the default log level. */
export interface Product {
  readonly url: string;
  readonly command: CommandProcess;
  /** Its processes, the main one first. */
  processes(): readonly Running[];
  /** The workerd that runs now. */
  workerd(): Running | undefined;
  /** Resident memory of all its processes, in bytes. */
  memory(): number;
  /** Asks until an answer is full. @throws with the last answer after `seconds`. */
  fullAnswer(query: string, seconds?: number): Promise<Answer>;
  /** Ends it in order. @throws unless it ends with code 0. */
  stop(): Promise<void>;
  /** Kills what is left of it. */
  destroy(): void;
}

/** Starts it over an index; resolves when it says that it responds. It sends points that the database lacks, and builds nothing. */
export async function startProduct(
  index: string,
  { parameters = [], preload }: { readonly parameters?: readonly string[]; readonly preload?: string } = {},
): Promise<Product> {
  // No answers are kept: what fails is behind the edge worker.
  const command = startCommandProcess(
    [
      'start',
      '--port',
      '0',
      '--index',
      index,
      '--backend',
      'simd',
      '--no-build',
      '--answers-mb',
      '0',
      ...parameters,
    ],
    {},
    preload === undefined ? {} : { preload },
  );
  try {
    const url = (await command.said(/(http:\/\/127\.0\.0\.1:\d+)\/[\s\S]*Ctrl-C/))[1] ?? '';
    return productOf(command, url);
  } catch (error) {
    command.destroy();
    throw error;
  }
}

function productOf(command: CommandProcess, url: string): Product {
  const processes = () => processTree(command.child.pid ?? 0);
  return {
    url,
    command,
    processes,
    workerd: () => processes().find(isWorkerd),
    memory: () => processes().reduce((sum, { rss }) => sum + rss, 0),
    fullAnswer: (query, seconds = 30) => fullAnswer(url, query, seconds),
    stop: async () => {
      command.child.kill('SIGTERM');
      const end = await command.ended;
      if (end !== 0) throw new Error(`gsmn start ended with ${end}:\n${command.stderr()}`);
    },
    destroy: () => command.destroy(),
  };
}

export function isWorkerd({ command }: Running): boolean {
  return /\/workerd serve/.test(command);
}

async function fullAnswer(url: string, query: string, seconds: number): Promise<Answer> {
  const client = new Client(url);
  const until = performance.now() + 1000 * seconds;
  let last = 'nothing was asked';
  try {
    do {
      try {
        const answer = await client.ask(query);
        if (answer.full) return answer;
        last = describeAnswer(answer);
      } catch (thrown) {
        last = String(thrown);
      }
      await wait(20);
    } while (performance.now() < until);
  } finally {
    client.close();
  }
  throw new Error(`no full answer within ${seconds} s; the last one: ${last}`);
}
