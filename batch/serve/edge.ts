import { assertPortFree, type RunningEdge, startEdge } from '../../infra/start-edge.ts';
import type { Log } from './log.ts';

export { assertPortFree, type RunningEdge };

/** The edge worker in workerd; what it logs is logged. */
export function startSearch(options: {
  readonly port: number;
  readonly host: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly log: Log;
}): Promise<RunningEdge> {
  const { log, ...edge } = options;
  return startEdge({
    ...edge,
    onLog: ({ level, text, fields }) => log[level]({ edge: fields ?? text }, 'edge worker'),
  });
}
