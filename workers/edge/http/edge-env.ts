import type { Access } from '../keys/access.ts';
import type { Observation } from '../observe/observation.ts';

/** One line of the log; the entry file of the worker prints it. */
export type Log = (
  entry: Readonly<Record<string, unknown>> & { readonly level: 'info' | 'warn' | 'error' },
) => void;

/** The variables that the middleware sets on a request's context. */
export interface EdgeEnv {
  Variables: {
    requestId: string;
    log: Log;
    access: Access;
    /** Undefined where nothing observes requests. */
    observation?: Observation | undefined;
  };
}
