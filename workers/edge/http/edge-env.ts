/** One line of the log, as an object; the worker's entry prints it. */
export type Log = (entry: Readonly<Record<string, unknown>>) => void;

/** What the middleware puts into a request's context. */
export interface EdgeEnv {
  Variables: { requestId: string; log: Log };
}
