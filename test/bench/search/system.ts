import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { IndexFolder } from '../../../batch/index/index-folder.ts';
import { startCommandProcess } from '../../support/command-process.ts';
import type { EventLoopDelay } from './event-loop-monitor.ts';
import type { Checkout, SearchBenchOptions } from './options.ts';

const MONITOR = join(import.meta.dirname, 'event-loop-monitor.ts');

/** A checkout's `gsmn start`. */
export interface System {
  readonly name: string;
  readonly url: string;
  /** The folder of the generation that it serves. */
  readonly generation: string;
  /** Maximum time that its main thread, which runs the reranker and the vector database, was blocked since the last call. */
  eventLoopDelay(): Promise<EventLoopDelay>;
  /** Milliseconds of processor time of its processes so far; NaN if unknown. */
  cpu(): number;
  close(): Promise<void>;
}

/** Starts a checkout's own system with its own index, which is built first if there is none; resolves when it responds. */
export async function startSystem(checkout: Checkout, options: SearchBenchOptions): Promise<System> {
  const { name, root, index } = checkout;
  const command = startCommandProcess(
    startParameters(index, options),
    { LOG_LEVEL: 'error' },
    { root, preload: MONITOR },
  );
  const { child } = command;
  child.stderr?.on('data', (piece: string) => process.stderr.write(piece));
  try {
    const url = (await command.said(/(http:\/\/127\.0\.0\.1:\d+)\/[\s\S]*Ctrl-C/))[1] ?? '';
    const folder = new IndexFolder(index);
    return {
      name,
      url,
      generation: folder.generation((await folder.requireActive()).generation),
      eventLoopDelay: async () => {
        const answer = once(child, 'message');
        child.send('delay');
        return (await answer)[0] as EventLoopDelay;
      },
      cpu: () => command.cpu(),
      close: async () => {
        child.kill('SIGTERM');
        await command.ended;
        command.destroy();
      },
    };
  } catch (error) {
    command.destroy();
    throw error;
  }
}

function startParameters(
  index: string,
  { data, split, checkpoint, backend }: SearchBenchOptions,
): readonly string[] {
  const parameters = ['start', '--port', '0', '--index', index, '--backend', backend, '--data', data];
  if (existsSync(join(index, 'active.json'))) return [...parameters, '--no-build'];
  if (split !== undefined) parameters.push('--split', split);
  if (checkpoint !== undefined) parameters.push('--checkpoint', checkpoint);
  return parameters;
}
