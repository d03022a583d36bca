import { TRACING_VARIABLES } from '../../shared/observe/tracing-settings.ts';

const VARIABLES = [...TRACING_VARIABLES, 'METRICS_TOKEN', 'QUERY_LOG_SAMPLE'];

/**
 * What the environment says about watching the edge worker, as its variables.
 *
 * @param logsQueries whether there is a file for the query log: then every search is logged, unless the environment names a share
 */
export function observationVariables(
  environment: Readonly<Record<string, string | undefined>>,
  logsQueries: boolean,
): Readonly<Record<string, string>> {
  const set = VARIABLES.flatMap((name) => {
    const value = environment[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  return { ...(logsQueries ? { QUERY_LOG_SAMPLE: '1' } : {}), ...Object.fromEntries(set) };
}
