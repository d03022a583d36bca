import type { Readable } from 'node:stream';
import { z } from 'zod';

/** A line that the worker, or workerd itself, wrote to its log. */
export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
  /** The fields of the text if it is a JSON object, as the worker's own log entries are. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'not JSON' });
    return z.NEVER;
  }
});
const entrySchema = json.pipe(z.object({ level: z.string(), message: z.string() }));
const fieldsSchema = json.pipe(z.record(z.string(), z.unknown()));

/** All other console functions have the level info. */
const LEVELS: Readonly<Record<string, LogLine['level']>> = { warn: 'warn', error: 'error' };

/**
 * Reads workerd's structured log to its end. Lines end with LF or CRLF alone: Node's readline would also cut an entry at
 * the line separators of Unicode, which a query may hold.
 */
export function readLog(log: Readable, onLine: (line: LogLine) => void): void {
  let rest = '';
  log.setEncoding('utf8');
  log.on('data', (piece: string) => {
    const lines = (rest + piece).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(parseLogLine(line));
  });
  log.once('end', () => {
    if (rest !== '') onLine(parseLogLine(rest));
  });
}

/** A line in another form (a crash) is a warning. */
function parseLogLine(line: string): LogLine {
  const entry = entrySchema.safeParse(line).data;
  if (entry === undefined) return { level: 'warn', text: line };
  const { level, message } = entry;
  return {
    level: LEVELS[level] ?? 'info',
    text: message,
    fields: fieldsSchema.safeParse(message).data,
  };
}
