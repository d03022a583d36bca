/** Finds the process that listens on a port of this machine: on Linux, from what the kernel shows of its processes. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

export interface PortOwner {
  readonly pid: number;
  /** The name of its program. */
  readonly program: string;
  /** Whether it belongs to this project: the main process of a running `gsmn`, or what an ended one has left. */
  readonly ours: boolean;
}

/** State of a socket that listens, in the kernel's tables. */
const LISTENS = '0A';

/**
 * The process that listens on a port; of a running `gsmn` the main process, which ends the others. Undefined if nobody does, or
 * it is another user's process, or this is not Linux.
 */
export async function portOwner(port: number): Promise<PortOwner | undefined> {
  const sockets = new Set((await Promise.all(TABLES.map((table) => listening(table, port)))).flat());
  if (sockets.size === 0) return undefined;
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || !(await holdsAny(name, sockets))) continue;
    const command = await commandOf(name);
    if (!isWorker(command)) return owner(name, command, isGsmn(command));
    // The worker is a child of the main process while that lives.
    const parent = await parentOf(name);
    const above = await commandOf(parent);
    return isGsmn(above) ? owner(parent, above, true) : owner(name, command, true);
  }
  return undefined;
}

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

function owner(pid: string, [program = '']: readonly string[], ours: boolean): PortOwner {
  return { pid: Number(pid), program: basename(program), ours };
}

function isWorker(command: readonly string[]): boolean {
  return (
    /\bworkerd$/.test(command[0] ?? '') &&
    command.some((word) => /^--import-path=.*\.build\/edge$/.test(word))
  );
}

function isGsmn(command: readonly string[]): boolean {
  return command.some((word) => /\/(?:gsmn(?:\.mjs)?|cli\/main\.ts)$/.test(word));
}

/** Inodes of the sockets that listen on a port. */
async function listening(table: string, port: number): Promise<string[]> {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = (await readIfThere(table)).split('\n').map((line) => line.trim().split(/\s+/));
  // number, address:port, remote address:port, state, …, inode (the tenth)
  return lines.flatMap(([, local, , state, , , , , , inode]) =>
    state === LISTENS && local?.split(':')[1] === wanted && inode !== undefined ? [`socket:[${inode}]`] : [],
  );
}

async function holdsAny(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  // Other users' files are not shown, and files may be closed meanwhile.
  const files = await readdir(folder).catch(() => []);
  const targets = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => '')));
  return targets.some((target) => sockets.has(target));
}

async function commandOf(pid: string): Promise<string[]> {
  return (await readIfThere(`/proc/${pid}/cmdline`)).split('\0');
}

async function parentOf(pid: string): Promise<string> {
  // pid (name, which may hold anything) state parent …
  return (await readIfThere(`/proc/${pid}/stat`)).replace(/^.*\) /s, '').split(' ')[1] ?? '';
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch {
    // This is not Linux, or the process has ended.
    return '';
  }
}
