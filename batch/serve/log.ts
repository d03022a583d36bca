import { pino } from 'pino';
import type { Log } from './services.ts';

/** A line of JSON an event on stderr; stdout is for what a person or a pipe asked for. */
export function createLog(level: string): Log {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
}
