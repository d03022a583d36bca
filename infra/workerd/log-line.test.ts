import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type LogLine, readLog } from './log-line.ts';

/** The lines of a log that arrives in these pieces. */
async function linesOf(...pieces: readonly (string | Uint8Array)[]): Promise<LogLine[]> {
  const log = new PassThrough();
  const lines: LogLine[] = [];
  readLog(log, (line) => lines.push(line));
  for (const piece of pieces) log.write(piece);
  log.end();
  await once(log, 'close');
  return lines;
}

const entry = (level: string, message: string) => JSON.stringify({ level, message });

describe('readLog', () => {
  it('reads entries, and what is none as a warning', async () => {
    expect(await linesOf(`${entry('debug', 'a')}\n${entry('error', '{"b":1}')}\r\n*** crash\nend`)).toEqual([
      { level: 'info', text: 'a', fields: undefined },
      { level: 'error', text: '{"b":1}', fields: { b: 1 } },
      { level: 'warn', text: '*** crash' },
      { level: 'warn', text: 'end' },
    ]);
  });

  it('keeps an entry whole that holds other line separators, however it arrives', async () => {
    const message = 'a\u2028b\u2029é';
    const bytes = new TextEncoder().encode(`${entry('log', message)}\n`);
    const bytewise = Array.from(bytes, (byte) => Uint8Array.of(byte));
    for (const pieces of [[bytes], bytewise]) {
      expect(await linesOf(...pieces)).toEqual([{ level: 'info', text: message, fields: undefined }]);
    }
  });
});
