import { writeFileAtomic } from '../../shared/platform/atomic-file.ts';

/**
 * Why a file cannot be indexed. A problem never stops a run: it is listed, and the other files are read.
 *
 * | code | means |
 * | --- | --- |
 * | `missing` | there is no such file: a link that leads nowhere, a line of a list |
 * | `unreadable` | no permission, or the disk reports an error |
 * | `not_a_file` | a folder, a pipe or a device where a list or a name promises an image |
 * | `name_invalid` | the name is not UTF-8 |
 * | `empty` | the file has no bytes |
 * | `not_an_image` | the content is nothing that is read, whatever the name says |
 * | `damaged` | truncated or corrupt |
 * | `too_many_bytes`, `too_many_pixels` | beyond the limits of the run |
 * | `too_slow` | decoding did not end in time |
 * | `decoder_missing` | HEIC without its decoder |
 * | `unreachable` | an address that cannot be loaded |
 * | `entry_invalid` | an entry of a list that cannot be used |
 */
export type ProblemCode =
  | 'missing'
  | 'unreadable'
  | 'not_a_file'
  | 'name_invalid'
  | 'empty'
  | 'not_an_image'
  | 'damaged'
  | 'too_many_bytes'
  | 'too_many_pixels'
  | 'too_slow'
  | 'decoder_missing'
  | 'unreachable'
  | 'entry_invalid';

/** One line of `problems.jsonl`. */
export interface PhotoProblem {
  /** The file or address as the user knows it. */
  readonly path: string;
  readonly code: ProblemCode;
  /** What is wrong, and how to fix it where that is known, as a sentence. */
  readonly reason: string;
}

/** Thrown while one photograph is read; `scanPhotos` turns it into a `PhotoProblem`. It never leaves this room. */
export class PhotoFault extends Error {
  override readonly name = 'PhotoFault';
  readonly code: ProblemCode;

  constructor(code: ProblemCode, reason: string, cause?: unknown) {
    super(reason, { cause });
    this.code = code;
  }
}

/** @param seconds the limit. */
export function tooSlow(seconds: number, cause?: unknown): PhotoFault {
  return new PhotoFault('too_slow', `decoding took longer than ${seconds} s`, cause);
}

/**
 * Writes `problems.jsonl`, also an empty one: it says that nothing was wrong.
 *
 * @throws AppError `file_unwritable`.
 */
export function writeProblems(path: string, problems: readonly PhotoProblem[]): Promise<void> {
  return writeFileAtomic(path, problems.map((problem) => `${JSON.stringify(problem)}\n`).join(''));
}
