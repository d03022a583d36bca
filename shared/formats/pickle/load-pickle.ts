import { AppError } from '../../errors/index.ts';
import type { ByteSource } from '../byte-source.ts';
import { PickleTruncated } from './pickle-input.ts';
import { INSTRUCTIONS, STOP } from './pickle-instructions.ts';
import { PickleMachine, type PickleOptions } from './pickle-machine.ts';

/** A value and the offset at which its pickle ends. */
export interface Unpickled {
  readonly value: unknown;
  readonly end: number;
}

const FIRST_WINDOW = 64 << 10;
const GROWTH = 8;
/** The sizes of all images of MSCOCO take 15 MB, the largest checkpoints' structure 1 MB. */
const LONGEST_PICKLE = 128 << 20;
/** Memory that values may take: a minimum that small files may use, and a share for each byte of the file. */
const BASE_MEMORY = 256 << 20;
const MEMORY_PER_BYTE = 16;

/**
 * Reads one pickle that starts at `offset`, whatever follows it. Only the last instruction tells how long a pickle is,
 * so it is read in windows that grow until it is complete.
 *
 * @param createOptions is called for each window, because what an attempt has collected is discarded with it.
 * @throws AppError `format_refused` for a global that is not on the allow-list; `format_invalid`; `format_unsupported`.
 */
export async function loadPickle(
  source: ByteSource,
  offset: number,
  createOptions: () => Omit<PickleOptions, 'name'>,
): Promise<Unpickled> {
  const rest = Math.min(source.size - offset, LONGEST_PICKLE);
  for (let window = FIRST_WINDOW; ; window *= GROWTH) {
    const bytes = await source.read(offset, Math.min(window, rest));
    const found = runPickle(bytes, { ...createOptions(), name: source.name });
    if (!(found instanceof PickleTruncated)) return { value: found.value, end: offset + found.end };
    if (found.needed > rest)
      throw truncated(source.name, found.needed > LONGEST_PICKLE && rest === LONGEST_PICKLE);
    window = Math.max(window, found.needed / GROWTH);
  }
}

function truncated(name: string, tooLong: boolean): AppError {
  if (tooLong) {
    return new AppError('format_unsupported', `${name}: its pickle is longer than ${LONGEST_PICKLE} bytes`);
  }
  return new AppError('format_invalid', `${name}: its pickle is cut off`, {
    hint: 'the file is truncated; copy or download it again',
  });
}

function runPickle(bytes: Uint8Array, options: PickleOptions): Unpickled | PickleTruncated {
  const machine = new PickleMachine(bytes, options, BASE_MEMORY + MEMORY_PER_BYTE * bytes.length);
  const { input } = machine;
  try {
    for (;;) {
      const code = input.uint8();
      if (code === STOP) return { value: machine.result(), end: input.at };
      const instruction = INSTRUCTIONS[code];
      if (instruction === undefined)
        throw machine.invalid(`byte ${code} at ${input.at - 1} is not an instruction`);
      instruction(machine);
    }
  } catch (thrown) {
    if (thrown instanceof PickleTruncated) return thrown;
    // Limits of the runtime: a dictionary of 2^24 entries, a string of half a gigabyte.
    if (thrown instanceof RangeError) {
      throw new AppError(
        'format_unsupported',
        `${options.name}: its pickle holds a value that is too large`,
        {
          cause: thrown,
        },
      );
    }
    throw thrown;
  }
}
