import { existsSync } from 'node:fs';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { AppError } from '../../shared/errors/index.ts';
import { HTTP_STATUS } from '../../shared/http/index.ts';
import { listen } from '../../shared/platform/listen/index.ts';
import { imageFilePath } from '../data/image-files.ts';
import type { Service } from './closing.ts';

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
  return listen({
    name: 'the image server',
    fetch: app.fetch,
    refuse: ({ code, message }) => new Response(message, { status: HTTP_STATUS[code] }),
    port: 0,
  });
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
