import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { z } from 'zod';

/** A process of this machine, told apart from a later one that got the same number. */
export const processIdentitySchema = z.object({
  pid: z.number().int().positive(),
  /** When it started, as the system writes it; null where that cannot be found out. */
  started: z.string().nullable(),
});

export type ProcessIdentity = z.output<typeof processIdentitySchema>;

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, started: startOf(process.pid) };
}

/** Whether this very process still runs, also another user's. */
export function isRunning({ pid, started }: ProcessIdentity): boolean {
  return isAlive(pid) && (started === null || startOf(pid) === started);
}

/** Whether some process with this number is running, also another user's. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    // It exists, and belongs to another user.
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function startOf(pid: number): string | null {
  if (process.platform === 'linux') return startOnLinux(pid);
  // Windows has no cheap way to ask.
  if (process.platform === 'win32') return null;
  try {
    const said = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return said === '' ? null : said;
  } catch {
    // It has ended, or there is no `ps`.
    return null;
  }
}

/** Clock ticks since the boot, and which boot. A process that ended and was not reaped yet has no start. */
function startOnLinux(pid: number): string | null {
  try {
    // pid (name, which may hold anything) state parent … start (the 22nd)
    const [state = '', ...fields] = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    if (/^[ZX]$/.test(state)) return null;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${boot} ${fields[18]}`;
  } catch {
    // It has ended, or /proc is not mounted.
    return null;
  }
}
