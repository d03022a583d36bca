import { startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import type { Service } from './closing.ts';
import type { Log } from './log.ts';

/** The vector database in this process, over one file. Port 0 chooses a free one. */
export function startDatabase(options: {
  readonly path: string;
  readonly port: number;
  readonly host?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly log: Log;
}): Promise<Service> {
  const { log, ...store } = options;
  return startQdrantLocal({ ...store, onFault: (err) => log.error({ err }, 'qdrant-local') });
}
