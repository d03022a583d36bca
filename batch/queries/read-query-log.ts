import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { type QueryLogLine, queryLogLineSchema } from '../../shared/observe/query-log-line.ts';
import { fileReason } from '../../shared/platform/file-reason.ts';

/** Longer than any line; a file without line ends is no log. */
const LONGEST_LINE = 1 << 20;

/** An entry by itself, or within a line of a worker's log. */
const lineSchema = z.union([
  queryLogLineSchema,
  z.object({ queryLog: queryLogLineSchema }).transform(({ queryLog }) => queryLog),
]);

export interface ReadCounts {
  /** Lines of something else, as a log of a worker has them. */
  others: number;
  /** The last lines of files that were cut while they were written. */
  cut: number;
}

/**
 * The entries of a file, a piece at a time. Lines that are none are counted, a last line that was cut while it was written too.
 *
 * @throws AppError `file_unreadable`; `format_invalid` if there are no lines
 */
export async function* readQueryLog(path: string, counts: ReadCounts): AsyncGenerator<QueryLogLine> {
  let rest = '';
  try {
    for await (const piece of createReadStream(path, 'utf8') as AsyncIterable<string>) {
      // Not by Node's readline, which also ends lines at U+2028, and a query may hold that.
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST_LINE) {
        throw new AppError('format_invalid', `${path} is no query log: a line does not end`, {
          hint: 'name the files of `gsmn start --query-log`',
        });
      }
      for (const line of lines) {
        const entry = entryOf(line);
        if (entry !== undefined) yield entry;
        else if (line.trim() !== '') counts.others++;
      }
    }
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw new AppError('file_unreadable', `${path} cannot be read: ${fileReason(thrown)}`, { cause: thrown });
  }
  // Without an end of line it may be whole or half.
  const last = entryOf(rest);
  if (last !== undefined) yield last;
  else if (rest.trim() !== '') counts.cut++;
}

function entryOf(line: string): QueryLogLine | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
