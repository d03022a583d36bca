import { EDGE_VARIABLES } from '../../infra/edge-variables.ts';
import { assertPortFree, type RunningEdge, startEdge } from '../../infra/start-edge.ts';
import type { Log } from './log.ts';

export { assertPortFree, type RunningEdge };

/** The edge worker in workerd; what it logs is logged. */
export function startSearch(options: {
  readonly port: number;
  readonly host: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly log: Log;
  /** Gets the lines of the query log; without it they are logged. */
  readonly onQuery?: ((entry: unknown) => void) | undefined;
}): Promise<RunningEdge> {
  const { log, onQuery, ...edge } = options;
  return startEdge({
    ...edge,
    onLog: ({ level, text, fields }) => {
      if (onQuery !== undefined && fields?.queryLog !== undefined) onQuery(fields.queryLog);
      else log[level]({ edge: fields ?? text }, 'edge worker');
    },
  });
}

/** The variables of the edge worker that an environment sets. */
export function edgeVariables(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    EDGE_VARIABLES.flatMap((name) => {
      const value = environment[name];
      return value === undefined || value === '' ? [] : [[name, value] as const];
    }),
  );
}
