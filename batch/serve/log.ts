import { pino } from 'pino';

/** The part of a logger that the services use (with pino's order of arguments). */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** One line of JSON for each event on stderr; stdout is only for results. */
export function createLog(level: string): Log {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
}
