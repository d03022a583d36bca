import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '../../shared/errors/index.ts';
import type { IndexFolder } from '../index/index-folder.ts';
import { type DatabaseAddress, ownerBeforeMove, publishedAddress, responds } from './database-address.ts';
import { type EmbeddedDatabase, openDatabase } from './embedded-database.ts';
import type { Log } from './log.ts';

const POLL_MS = 100;
/** A process that has just opened the file publishes its address within this time. */
const OPENING_MS = 10_000;
/** How long a process that runs, but does not respond, is waited for. */
const SILENT_MS = 60_000;

export interface TurnOptions {
  /** Whether a damaged database may be replaced by an empty one. */
  readonly mayReplace: boolean;
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens the embedded database of an index for a service. It never uses the database of another process, which could
 * end at any time: a command is waited for, which closes the database as soon as it does not use it.
 *
 * @throws AppError `conflict` when another service has it open, a process that began before the index was moved, or one
 *   that does not say what it is; of `openDatabase`.
 */
export async function openForService(index: IndexFolder, options: TurnOptions): Promise<EmbeddedDatabase> {
  const { log, signal } = options;
  const began = performance.now();
  let waitsFor: number | undefined;
  for (;;) {
    const owner = (await publishedAddress(index, log))?.owner;
    if (owner?.role === 'service') throw servedAlready(index, owner.pid);
    const opened = await openUnlessTaken(index, { ...options, role: 'service' });
    if (!(opened instanceof AppError)) return opened;
    if (owner !== undefined && owner.pid !== waitsFor) {
      waitsFor = owner.pid;
      log.warn(
        { process: owner.pid, index: index.path },
        'waits for a command that uses the vector database',
      );
    }
    if (owner === undefined && performance.now() - began > OPENING_MS) throw opened;
    await delay(POLL_MS, undefined, { signal });
  }
}

/**
 * Opens the embedded database of an index for a command, or finds the process that has it open.
 *
 * @throws AppError `conflict` when a process has it open and does not respond, or began before the index was moved; of
 *   `openDatabase`.
 */
export async function openForCommand(
  index: IndexFolder,
  options: TurnOptions,
): Promise<EmbeddedDatabase | DatabaseAddress> {
  const { log, signal } = options;
  const began = performance.now();
  for (;;) {
    const address = await publishedAddress(index, log);
    if (address !== undefined && (await responds(address))) return address;
    const opened = await openUnlessTaken(index, { ...options, role: 'command' });
    if (!(opened instanceof AppError)) return opened;
    if (performance.now() - began > (address === undefined ? OPENING_MS : SILENT_MS)) throw opened;
    await delay(POLL_MS, undefined, { signal });
  }
}

async function openUnlessTaken(
  index: IndexFolder,
  options: Parameters<typeof openDatabase>[1],
): Promise<EmbeddedDatabase | AppError> {
  try {
    return await openDatabase(index, options);
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'conflict') throw thrown;
    const before = await ownerBeforeMove(index);
    if (before !== undefined) throw movedAway(index, before);
    return new AppError('conflict', `the vector database ${index.database} is in use by another process`, {
      hint: 'stop that process; if it is `gsmn serve qdrant`, name its address: --qdrant URL',
      cause: thrown,
    });
  }
}

function movedAway(index: IndexFolder, { index: old, owner: { pid } }: DatabaseAddress): AppError {
  return new AppError(
    'conflict',
    `process ${pid} still has the vector database of ${index.path} open, and began when the index was ${old}`,
    { hint: `stop it (\`kill ${pid}\`), and move an index only while nothing serves it` },
  );
}

function servedAlready(index: IndexFolder, pid: number): AppError {
  return new AppError('conflict', `process ${pid} serves the index ${index.path} already`, {
    hint: `use that one, stop it first (\`kill ${pid}\`), or name another index: --index DIR`,
  });
}
