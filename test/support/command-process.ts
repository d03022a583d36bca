import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

export interface CommandProcess {
  readonly child: ChildProcess;
  /** What it has written so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves with the match as soon as stdout has it; throws if the process ends before. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | string | null>;
  /** Whether the process or any process that it started is alive. */
  alive(): boolean;
  /** Milliseconds of processor time that it and the processes of its group have used so far; NaN without /proc. */
  cpu(): number;
  /** Kills whatever is left. */
  destroy(): void;
}

/**
 * Runs the `gsmn` command as a process, in a separate process group so that what it leaves behind can be found.
 *
 * @param options.root the checkout whose command is run; this one by default
 * @param options.preload a module that is loaded first, and may exchange messages with us
 * @param options.user the number of the user who runs it; only root may choose another one than itself
 */
export function startCommandProcess(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  {
    root = ROOT,
    preload,
    user,
  }: { readonly root?: string; readonly preload?: string; readonly user?: number | undefined } = {},
): CommandProcess {
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      ...(preload === undefined ? [] : ['--import', preload]),
      join(root, 'batch/bin/gsmn.mjs'),
      ...parameters,
    ],
    {
      detached: true,
      ...(user === undefined ? {} : { uid: user, gid: user }),
      env: { PATH, HOME, TMPDIR, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', ...(preload === undefined ? [] : ['ipc' as const])],
    },
  );
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the command was started without its pipes');
  let [out, err] = ['', ''];
  stdout.setEncoding('utf8').on('data', (piece: string) => {
    out += piece;
  });
  stderr.setEncoding('utf8').on('data', (piece: string) => {
    err += piece;
  });
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string | null);
  const group = child.pid ?? 0;
  const signalGroup = (signal: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(-group, signal);
    } catch {
      // Nobody is left to receive it.
      return false;
    }
  };
  return {
    child,
    stdout: () => out,
    stderr: () => err,
    said: async (pattern) => {
      let over = false;
      void ended.then(() => {
        over = true;
      });
      for (;;) {
        const match = pattern.exec(out);
        if (match !== null) return match;
        if (over) throw new Error(`the command ended without saying ${pattern}:\n${out}\n${err}`);
        await Promise.race([once(stdout, 'data'), ended]);
      }
    },
    ended,
    alive: () => signalGroup(0) && !onlyZombies(group),
    cpu: () => groupCpu(group),
    destroy: () => void signalGroup('SIGKILL'),
  };
}

/** Linux counts processor time in hundredths of a second. */
const TICK_MS = 10;

function groupCpu(group: number): number {
  const members = groupMembers(group);
  return members?.reduce((sum, { ticks }) => sum + TICK_MS * ticks, 0) ?? Number.NaN;
}

/**
 * Whether every process of a group has ended and is only waiting to be reaped, which a container's first process may
 * never do. Without /proc this is unknown, and they count as alive.
 */
function onlyZombies(group: number): boolean {
  return groupMembers(group)?.every(({ state }) => state === 'Z') ?? false;
}

/** The processes of a group, with their processor time; undefined without /proc. */
function groupMembers(
  group: number,
): { readonly state: string | undefined; readonly ticks: number }[] | undefined {
  if (!existsSync('/proc/self/stat')) return undefined;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // pid (name, which may hold anything) state parent group … utime (the 14th) stime …
        const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
          .replace(/^.*\) /s, '')
          .split(' ');
        const [state, , own] = fields;
        return Number(own) === group ? [{ state, ticks: Number(fields[11]) + Number(fields[12]) }] : [];
      } catch {
        // It ended after it was listed.
        return [];
      }
    });
}
