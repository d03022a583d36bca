import { randomBytes } from 'node:crypto';
import { realpath, rm, stat } from 'node:fs/promises';
import { isIPv4 } from 'node:net';
import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { readJsonFile, writeFileAtomic } from '../../shared/platform/atomic-file.ts';
import { isRunning, processIdentitySchema, thisProcess } from '../../shared/platform/process-identity.ts';
import type { IndexFolder } from '../index/index-folder.ts';
import type { Log } from './log.ts';

/** Who has the embedded database open: a service for as long as it runs, a command for as long as it uses it. */
export type Role = 'service' | 'command';

/**
 * `qdrant.json`: where the process that has the embedded database of an index open serves it, for others on this machine.
 * It holds for one file in one place, and while one process lives; anywhere else, and afterwards, it says nothing.
 */
const addressSchema = z.object({
  version: z.literal(1),
  /** The real path of the index's folder. */
  index: z.string(),
  /** Device and inode of the database's file: a copy, or a new file under the same name, has others. */
  file: z.string(),
  /** The id that is stored in the database. */
  store: z.string(),
  url: z.url(),
  apiKey: z.string(),
  owner: processIdentitySchema.extend({ role: z.enum(['service', 'command']) }),
});

export type DatabaseAddress = z.output<typeof addressSchema>;

const PROBE_MS = 2000;

export function newApiKey(): string {
  return randomBytes(24).toString('base64url');
}

/** Says that this process serves the database of an index. Only its user may read that, because it contains the key. */
export async function publishAddress(
  index: IndexFolder,
  { url, apiKey, role }: { readonly url: string; readonly apiKey: string; readonly role: Role },
): Promise<void> {
  const store = await storeAt(url);
  if (store === undefined)
    throw new AppError('internal', `the vector database at ${url} does not name its store`);
  const address: DatabaseAddress = {
    version: 1,
    ...(await placeOf(index)),
    store,
    url,
    apiKey,
    owner: { ...thisProcess(), role },
  };
  await writeFileAtomic(index.databaseAddress, JSON.stringify(address), { mode: 0o600 });
}

/** Takes back what `publishAddress` said, unless another process has said something else since. */
export async function withdrawAddress(index: IndexFolder, apiKey: string): Promise<void> {
  if ((await readAddress(index))?.apiKey === apiKey) await rm(index.databaseAddress, { force: true });
}

/**
 * The address that the running owner of an index's database has published. Undefined if there is none: nobody has it
 * open, the owner was killed, or the file came with a copy of another index.
 */
export async function publishedAddress(index: IndexFolder, log: Log): Promise<DatabaseAddress | undefined> {
  const address = await readAddress(index);
  if (address === undefined) return undefined;
  const place = await placeOf(index).catch(() => undefined);
  if (address.index !== place?.index || address.file !== place.file || !isRunning(address.owner))
    return undefined;
  if (isLoopback(address.url)) return address;
  log.warn(
    { file: index.databaseAddress, url: address.url },
    'the address of the vector database is not one of this machine, and is not used',
  );
  return undefined;
}

/**
 * The running process that has this very database open, but under another path of the index: its folder was moved since.
 * Undefined if there is none.
 */
export async function ownerBeforeMove(index: IndexFolder): Promise<DatabaseAddress | undefined> {
  const address = await readAddress(index);
  const place = await placeOf(index).catch(() => undefined);
  if (address === undefined || address.file !== place?.file || address.index === place.index)
    return undefined;
  return isRunning(address.owner) ? address : undefined;
}

/** Whether the database at an address responds, and is the one that the address speaks of. */
export async function responds({ url, store }: DatabaseAddress): Promise<boolean> {
  return (await storeAt(url)) === store;
}

/** A file that cannot be read, or that somebody else has written, names no address. */
async function readAddress(index: IndexFolder): Promise<DatabaseAddress | undefined> {
  const value = await readJsonFile(index.databaseAddress).catch(() => undefined);
  return addressSchema.safeParse(value).data;
}

async function placeOf(index: IndexFolder): Promise<Pick<DatabaseAddress, 'index' | 'file'>> {
  const { dev, ino } = await stat(index.database, { bigint: true });
  return { index: await realpath(index.path), file: `${dev}:${ino}` };
}

/** Literal addresses only: what a name stands for is decided elsewhere. */
function isLoopback(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && ((isIPv4(hostname) && hostname.startsWith('127.')) || hostname === '[::1]');
}

const rootSchema = z.object({ store: z.string() });

/** The id of the store that a qdrant-local has open; no key is sent. */
async function storeAt(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(new URL('/', url), {
      redirect: 'error',
      signal: AbortSignal.timeout(PROBE_MS),
    });
    return rootSchema.safeParse(await answer.json()).data?.store;
  } catch {
    // Nothing responds there, or something else.
    return undefined;
  }
}
