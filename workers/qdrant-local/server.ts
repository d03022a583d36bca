import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { AppError } from '../../shared/errors/index.ts';
import { createQdrantLocal, type QdrantLocalOptions } from './qdrant-local.ts';

export interface StartOptions extends QdrantLocalOptions {
  /** 0 chooses a free port. Default 6333. */
  readonly port?: number | undefined;
  /** Default 127.0.0.1. Set `apiKey` before making it reachable for others. */
  readonly host?: string | undefined;
}

export interface RunningQdrantLocal {
  /** e.g. `http://127.0.0.1:6333` */
  readonly url: string;
  /** Ends open connections and releases the file. */
  close(): Promise<void>;
}

/** Opens the store and listens. Throws what `createQdrantLocal` throws, and `conflict` if the port is in use. */
export async function startQdrantLocal({
  port = 6333,
  host = '127.0.0.1',
  ...options
}: StartOptions): Promise<RunningQdrantLocal> {
  const local = await createQdrantLocal(options);
  try {
    const { server, address } = await new Promise<{ server: ServerType; address: AddressInfo }>(
      (resolve, reject) => {
        const server = serve({ fetch: local.app.fetch, port, hostname: host }, (address) =>
          resolve({ server, address }),
        );
        server.once('error', reject);
      },
    );
    const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    let closing: Promise<void> | undefined;
    const close = () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          local.close();
          resolve();
        });
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
    return {
      url: `http://${shown}:${address.port}`,
      close: () => {
        closing ??= close();
        return closing;
      },
    };
  } catch (cause) {
    local.close();
    const taken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
    throw new AppError(
      taken ? 'conflict' : 'argument_invalid',
      `qdrant-local cannot listen on ${host}:${port}`,
      {
        hint: taken ? 'Something else listens there; choose another port.' : 'Check host and port.',
        cause,
      },
    );
  }
}
