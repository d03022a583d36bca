import type { z } from 'zod';
import { AppError } from '../errors/index.ts';
import { type ByteSource, bytesSource } from '../formats/byte-source.ts';

/** Bytes that are read in one step of finding the lines. */
export const STEP = 1 << 20;
/** Maximum bytes of payloads that are kept in memory: about ten thousand images. */
const KEPT = 16 << 20;
const LINE_FEED = 0x0a;

/** Keeps a small file in memory. */
export async function kept(source: ByteSource): Promise<ByteSource> {
  if (source.size > KEPT) return source;
  try {
    return bytesSource(source.name, await source.read(0, source.size));
  } finally {
    await source.close();
  }
}

/**
 * The start of each line, and the end of the last one. Every line ends with a line feed.
 *
 * @param what the lines are of, for the message.
 * @throws AppError `format_invalid` if there are more or fewer lines.
 */
export async function lineStarts(source: ByteSource, count: number, what: string): Promise<Float64Array> {
  const starts = new Float64Array(count + 1);
  let lines = 0;
  for (let offset = 0; offset < source.size; offset += STEP) {
    const bytes = await source.read(offset, Math.min(STEP, source.size - offset));
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) {
      lines++;
      if (lines <= count) starts[lines] = offset + at + 1;
    }
  }
  if (lines === count && starts[count] === source.size) return starts;
  throw new AppError('format_invalid', `${source.name} has ${lines} lines for ${count} ${what}`, {
    hint: 'build the generation again',
  });
}

/** The lines of the images or captions `[from, to)`. */
export async function lines(
  source: ByteSource,
  starts: Float64Array,
  from: number,
  to: number,
): Promise<string[]> {
  const [start = 0, end = 0] = [starts[from], starts[to]];
  const bytes = await source.read(start, end - start);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).split('\n', to - from);
  } catch (cause) {
    throw damaged(source, from, cause);
  }
}

/** The value of a line. @throws AppError `format_invalid`. */
export function parsed<S extends z.ZodType>(
  source: ByteSource,
  id: number,
  schema: S,
  text = '',
): z.output<S> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw damaged(source, id, cause);
  }
}

function damaged(source: ByteSource, id: number, cause: unknown): AppError {
  return new AppError('format_invalid', `${source.name}: line ${id + 1} is damaged`, {
    hint: 'build the generation again',
    cause,
  });
}
