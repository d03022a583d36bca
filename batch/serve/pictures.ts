import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { AppError } from '../../shared/errors/index.ts';
import type { Service } from './closing.ts';

const HOST = '127.0.0.1';
const PICTURE = /\.(?:jpe?g|png|webp|avif|gif|svg)$/i;
/** No picture's name, and so never there. */
const NOWHERE = '/.nowhere';

/**
 * Serves the pictures of a folder and its subfolders on loopback, and nothing else of it: no other file, no list, no
 * hidden file, no path outside.
 *
 * @throws AppError `file_missing` when there is no such folder.
 */
export async function servePictures(folder: string): Promise<Service> {
  if (!existsSync(folder)) throw new AppError('file_missing', `there is no folder ${folder}`);
  const app = new Hono();
  app.get(
    '*',
    serveStatic({
      root: folder,
      index: '.nowhere',
      allowPercentInPath: true,
      rewriteRequestPath: (_path, c) => picturePath(new URL(c.req.url).pathname) ?? NOWHERE,
    }),
  );
  const server = createAdaptorServer({ fetch: app.fetch, hostname: HOST }) as Server;
  server.listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The file that a request's path means, below the folder; undefined for what cannot be a picture. */
function picturePath(encoded: string): string | undefined {
  const names: string[] = [];
  for (const segment of encoded.slice(1).split('/')) {
    let name: string;
    try {
      name = decodeURIComponent(segment);
    } catch {
      // A broken percent sequence names nothing.
      return undefined;
    }
    if (/^$|^\.|[/\\\p{Cc}]/u.test(name)) return undefined;
    names.push(name);
  }
  const path = `/${names.join('/')}`;
  return PICTURE.test(path) ? path : undefined;
}
