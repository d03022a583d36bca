import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isAvif, SNIFFED_BYTES, sniffContainer } from '../photo-format.ts';
import { PhotoFault, type ProblemCode } from '../photo-problem.ts';

/** The state of a file: if it is the same, the content is. */
export interface FileState {
  /** Size, and the times of the last change of the content and of the file's entry. */
  readonly text: string;
  readonly size: number;
  readonly modifiedMs: number;
}

/** A file's content, or that it is no image and none of ours. */
export interface FileContent {
  readonly state: FileState;
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

/** Without O_NONBLOCK, opening a pipe waits for its writer. */
const WITHOUT_WAITING = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

const REASONS: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  ENOENT: ['missing', 'there is no such file'],
  ENOTDIR: ['missing', 'a part of the path is not a folder'],
  ELOOP: ['missing', 'the links lead in a circle'],
  ENAMETOOLONG: ['unreadable', 'the path is longer than the system allows; move the file up'],
  EACCES: ['unreadable', 'no permission to read it'],
  EPERM: ['unreadable', 'no permission to read it'],
  EISDIR: ['not_a_file', 'this is a folder'],
  ENXIO: ['not_a_file', 'this is a pipe, a socket or a device'],
};

/** Turns an error of the file system into a fault of the photograph. */
export function fileFault(thrown: unknown): PhotoFault {
  if (thrown instanceof PhotoFault) return thrown;
  const { code = String(thrown) } = thrown as NodeJS.ErrnoException;
  const [kind, reason] = REASONS[code] ?? ['unreadable', `it cannot be read (${code})`];
  return new PhotoFault(kind, reason, thrown);
}

/**
 * Reads an image file. What is not an image by its first bytes is not read further; pipes and devices are not waited for.
 *
 * @throws PhotoFault
 */
export async function readPhotoFile(path: string, maximumBytes: number): Promise<FileContent> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, WITHOUT_WAITING);
    const stats = await handle.stat({ bigint: true });
    if (!stats.isFile()) {
      throw new PhotoFault(
        'not_a_file',
        `this is a ${stats.isDirectory() ? 'folder' : 'pipe, a socket or a device'}`,
      );
    }
    const state = fileState(stats);
    const head = await readUpTo(handle, new Uint8Array(Math.min(state.size, SNIFFED_BYTES)), 0);
    if (sniffContainer(head) === undefined) return { state, bytes: undefined };
    if (state.size > maximumBytes) throw tooManyBytes(state.size, maximumBytes);
    const bytes = new Uint8Array(state.size);
    bytes.set(head);
    return { state, bytes: await readUpTo(handle, bytes, head.length) };
  } catch (thrown) {
    throw fileFault(thrown);
  } finally {
    await handle?.close();
  }
}

/** Whether a file is a HEIC by its first bytes; a file that cannot be read is none. */
export async function isHeicFile(path: string): Promise<boolean> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, WITHOUT_WAITING);
    const head = await readUpTo(handle, new Uint8Array(SNIFFED_BYTES), 0);
    return sniffContainer(head) === 'heif' && !isAvif(head);
  } catch {
    // What is wrong with it is said when it is read.
    return false;
  } finally {
    await handle?.close();
  }
}

export function tooManyBytes(size: number, maximum: number): PhotoFault {
  const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
  return new PhotoFault(
    'too_many_bytes',
    `it has ${mebibytes(size)} MiB, more than the limit of ${mebibytes(maximum)} (--max-mb)`,
  );
}

export function fileState({ size, mtimeMs, mtimeNs, ctimeNs }: BigIntStats): FileState {
  return { text: `${size} ${mtimeNs} ${ctimeNs}`, size: Number(size), modifiedMs: Number(mtimeMs) };
}

/** Fills the buffer from a position on; shorter if the file has become shorter. */
async function readUpTo(
  handle: FileHandle,
  buffer: Uint8Array<ArrayBuffer>,
  from: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let filled = from;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, filled);
    if (bytesRead === 0) return buffer.subarray(0, filled);
    filled += bytesRead;
  }
  return buffer;
}
