import { pino } from 'pino';

/** The part of a logger that the services use (pino's order of arguments). */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A line of JSON an event on stderr; stdout is for what a person or a pipe asked for. */
export function createLog(level: string): Log {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
}
