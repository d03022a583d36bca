import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const program = join(import.meta.dirname, '../../batch/bin/gsmn.mjs');

export interface CommandProcess {
  readonly child: ChildProcess;
  /** What it wrote so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves with the match as soon as stdout has it; throws when the process ends before. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | string | null>;
  /** Whether the process or any that it started is alive. */
  alive(): boolean;
  /** Ends whatever is left, at once. */
  destroy(): void;
}

/** Runs the `gsmn` command as a process, in a process group of its own so that what it leaves behind can be seen. */
export function startCommandProcess(
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): CommandProcess {
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...parameters], {
    detached: true,
    env: { PATH, HOME, TMPDIR, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    out += piece;
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    err += piece;
  });
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string | null);
  const group = child.pid ?? 0;
  const signalGroup = (signal: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(-group, signal);
    } catch {
      // Nobody is left to hear it.
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
        await Promise.race([once(child.stdout, 'data'), ended]);
      }
    },
    ended,
    alive: () => signalGroup(0) && !onlyZombies(group),
    destroy: () => void signalGroup('SIGKILL'),
  };
}

/**
 * Whether every process of a group has ended and only waits to be taken note of: a container's first process may never
 * do that. Without /proc nothing is known, and they count as alive.
 */
function onlyZombies(group: number): boolean {
  if (!existsSync('/proc/self/stat')) return false;
  const members = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // pid (name, which may hold anything) state parent group …
        const [state, , own] = readFileSync(`/proc/${pid}/stat`, 'latin1')
          .replace(/^.*\) /s, '')
          .split(' ');
        return Number(own) === group ? [state] : [];
      } catch {
        // It ended between the list and the look.
        return [];
      }
    });
  return members.every((state) => state === 'Z');
}
