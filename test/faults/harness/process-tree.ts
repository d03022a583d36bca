import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

/** A running process, from /proc. */
export interface Running {
  readonly pid: number;
  readonly parent: number;
  /** The first words of its command line. */
  readonly command: string;
  /** Resident memory in bytes. */
  readonly rss: number;
}

const PAGE = 4096;

/** A process and all that descend from it, parents first; empty when it has ended. Linux only. */
export function processTree(root: number): Running[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? []);
  const tree = all.filter(({ pid }) => pid === root);
  // Children are appended while the list is read.
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

/** Whether a process runs; one that has ended and was not reaped does not. */
export function isRunning(pid: number): boolean {
  return readProcess(pid) !== undefined;
}

/** Kills every process whose command line names a path, such as what an interrupted run has left. */
export function killAllOver(path: string): void {
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const pid = Number(name);
    if (pid === process.pid) continue;
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(path)) process.kill(pid, 'SIGKILL');
    } catch {
      // It ended after it was listed.
    }
  }
}

/** The environment with which a process was started. */
export function environmentOf(pid: number): ReadonlyMap<string, string> {
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  return new Map(
    entries.map((entry) => {
      const at = entry.indexOf('=');
      return [entry.slice(0, at), entry.slice(at + 1)] as const;
    }),
  );
}

function readProcess(pid: number): Running | undefined {
  try {
    // pid (name, which may hold anything) state parent … rss (the 24th, in pages)
    const [state, parent, ...rest] = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    if (state === 'Z') return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, 4).join(' ').trim();
    return { pid, parent: Number(parent), command, rss: PAGE * Number(rest[19]) };
  } catch {
    // It ended after it was listed.
    return undefined;
  }
}
