import { listen } from '../../shared/platform/listen/index.ts';
import { refusedBeforeRouting } from './http/envelope.ts';
import { createQdrantLocal, type QdrantLocalOptions } from './qdrant-local.ts';

export interface StartOptions extends QdrantLocalOptions {
  /** 0 chooses a free port. Default 6333. */
  readonly port?: number | undefined;
  /** Address or name to listen on, default 127.0.0.1. Beyond this machine only with `apiKey`. */
  readonly host?: string | undefined;
}

export interface RunningQdrantLocal {
  /** e.g. `http://127.0.0.1:6333` */
  readonly url: string;
  /** Lets running requests finish, ends open connections and releases the file. */
  close(): Promise<void>;
}

/**
 * Opens the store and listens. Throws what `createQdrantLocal` throws, `conflict` if the port is in use, and
 * `config_invalid` for a host that is none, or one beyond this machine without a key.
 */
export async function startQdrantLocal({
  port = 6333,
  host,
  ...options
}: StartOptions): Promise<RunningQdrantLocal> {
  const local = await createQdrantLocal(options);
  try {
    const listening = await listen({
      name: 'qdrant-local',
      fetch: local.app.fetch,
      refuse: refusedBeforeRouting,
      host,
      port,
      token: { value: options.apiKey, variable: 'QDRANT_API_KEY' },
    });
    let closed: Promise<void> | undefined;
    return {
      url: listening.url,
      close: () => {
        closed ??= listening.close().then(() => local.close());
        return closed;
      },
    };
  } catch (thrown) {
    local.close();
    throw thrown;
  }
}
