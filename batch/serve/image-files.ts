import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { AppError } from '../../shared/errors/index.ts';
import { imageFilePath } from '../data/image-files.ts';
import type { Service } from './closing.ts';

const HOST = '127.0.0.1';
/** Not the name of an image, and so never found. */
const NOWHERE = '/.nowhere';

/**
 * Serves the image files of a folder and its subfolders on loopback, and nothing else: no other file, no listing, no
 * hidden file, no path outside.
 *
 * @throws AppError `file_missing` when there is no such folder.
 */
export async function serveImageFiles(folder: string): Promise<Service> {
  if (!existsSync(folder)) throw new AppError('file_missing', `there is no folder ${folder}`);
  const app = new Hono();
  app.get(
    '*',
    serveStatic({
      root: folder,
      index: '.nowhere',
      allowPercentInPath: true,
      rewriteRequestPath: (_path, c) => imagePath(new URL(c.req.url).pathname) ?? NOWHERE,
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

/** The file for a request's path, below the folder; undefined if it cannot be an image. */
function imagePath(encoded: string): string | undefined {
  const names: string[] = [];
  for (const segment of encoded.slice(1).split('/')) {
    let name: string;
    try {
      name = decodeURIComponent(segment);
    } catch {
      // An invalid percent sequence does not name a file.
      return undefined;
    }
    // An encoded slash is not one between folders.
    if (name.includes('/')) return undefined;
    names.push(name);
  }
  const path = imageFilePath(names.join('/'));
  return path === undefined ? undefined : `/${path}`;
}
