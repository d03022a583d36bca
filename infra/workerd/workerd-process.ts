/** workerd as a child process, which never outlives this process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Duplex, Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { SOCKET } from './configuration.ts';
import { type LogLine, readLog } from './log-line.ts';

/** How long it may take to listen. */
const START_TIMEOUT_MS = 30_000;
/** How long requests under way may take when it is stopped. */
const DRAIN_MS = 2000;

const CONTROL = 3;
const LIFELINE = 4;
const GUARD = 5;

/**
 * A shell that starts a guard in the background and then becomes workerd. The guard waits on a pipe that only this process
 * holds open. However this process ends, `kill -9` included, the pipe closes and the guard kills workerd, which would not
 * notice by itself; a line on the pipe ends the guard. The guard starts before workerd, so there is no gap. It costs a
 * megabyte and no time, where a second Node would cost 40 megabytes and 40 milliseconds.
 * Only the guard holds another pipe open, by which this process notices that the guard itself was killed.
 * Ctrl-C at a terminal reaches every process of the group; this process decides when to end.
 */
const GUARDED = `trap '' INT HUP
(
  trap '' TERM
  exec <&${LIFELINE} ${LIFELINE}<&- ${CONTROL}>&- >/dev/null 2>&1
  read -r _ || kill -9 $$
) &
exec "$@" ${LIFELINE}<&- ${GUARD}>&-`;

export interface WorkerdOptions {
  /** Of `workerdConfiguration`. */
  readonly configuration: string;
  /** Folder of the worker's files. */
  readonly folder: string;
  /** The variables that the configuration reads from the environment; workerd sees no others of ours. */
  readonly environment: Readonly<Record<string, string>>;
  /** Address to listen on: `127.0.0.1:80`, `[::1]:80`; port 0 chooses a free one. */
  readonly address: string;
  readonly onLog: (line: LogLine) => void;
}

/** A workerd that listens. */
export interface Workerd {
  readonly pid: number;
  readonly port: number;
  /** Resolves when it has ended, for any reason, with the cause: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>;
  /** Lets requests under way finish for a moment, then ends it. */
  close(): Promise<void>;
  /** Ends it at once, also if it hangs. */
  kill(): void;
}

/**
 * Starts workerd; resolves when it listens.
 *
 * @throws if it ends before; its log says why.
 */
export async function launchWorkerd(options: WorkerdOptions): Promise<Workerd> {
  const { folder, environment, address, onLog } = options;
  // It reads the text form only from a file, and has read it when it listens.
  const temporary = await mkdtemp(join(tmpdir(), 'gsmn-workerd-'));
  try {
    const configuration = join(temporary, 'config.capnp');
    await writeFile(configuration, options.configuration, { mode: 0o600 });
    const child = spawnGuarded(
      [
        'serve',
        `--import-path=${folder}`,
        `--socket-addr=${SOCKET}=${address}`,
        `--control-fd=${CONTROL}`,
        configuration,
      ],
      environment,
    );
    const { stdout, stderr, lifeline, control, guard } = pipesOf(child);
    for (const stream of [stdout, stderr]) readLog(stream, onLog);
    child.once('exit', () => lifeline.end('ended\n'));
    // Without its guard it might outlive this process, so it ends and is started again with a new one.
    guard.resume().once('end', () => child.kill('SIGKILL'));
    // The guard may have ended already.
    lifeline.on('error', () => {});
    const ended = endOf(child);
    const late = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
    const port = await Promise.race([
      portOf(control),
      ended.then((how) => Promise.reject(new Error(`workerd ended before it listened (${how})`))),
    ]).finally(() => clearTimeout(late));
    return {
      pid: child.pid ?? 0,
      port,
      ended,
      close: () => end(child, ended),
      kill: () => void child.kill('SIGKILL'),
    };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Windows needs no guard: Node ends its children there with itself, by a job object. */
function spawnGuarded(parameters: readonly string[], environment: Readonly<Record<string, string>>) {
  const binary = workerdBinary();
  const [command, first] =
    process.platform === 'win32' ? [binary, []] : ['/bin/sh', ['-c', GUARDED, 'workerd', binary]];
  return spawn(command, [...first, ...parameters], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
}

/** The binary of the package `workerd`, which is the version that wrangler runs and deploys for. */
function workerdBinary(): string {
  const require = createRequire(import.meta.url);
  return z.object({ default: z.string() }).parse(require('workerd')).default;
}

function pipesOf(child: ChildProcess) {
  const { stdout, stderr } = child;
  const stdio: readonly (Readable | Writable | null | undefined)[] = child.stdio;
  const [control, lifeline, guard] = [stdio[CONTROL], stdio[LIFELINE], stdio[GUARD]];
  if (stdout === null || stderr === null || control == null || lifeline == null || guard == null)
    throw new Error('workerd was started without its pipes');
  return {
    stdout,
    stderr,
    control: control as Readable,
    lifeline: lifeline as Duplex,
    guard: guard as Readable,
  };
}

/** The cause of its end, after everything that it wrote was read. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

const listenSchema = z.object({ event: z.literal('listen'), socket: z.literal(SOCKET), port: z.number() });

/** The port on which it listens, from its first message. */
async function portOf(control: Readable): Promise<number> {
  const [line] = await once(createInterface(control), 'line');
  return listenSchema.parse(JSON.parse(String(line))).port;
}

async function end(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), DRAIN_MS);
  await ended;
  clearTimeout(late);
}
