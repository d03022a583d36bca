import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from './closing.ts';
import { serveImageFiles } from './image-files.ts';

const NAMES = ['a.jpg', 'two dogs.PNG', 'A & B, 100%.webp', 'größe.svg', 'sub/what?#.gif'];
let folder = '';
let server: Service;

/** Status and type of a path that is sent unchanged: `fetch` would normalise the dots. */
function ask(path: string): Promise<{ status: number; type: string; body: string }> {
  return new Promise((resolve, reject) => {
    request(`${server.url}/`, { path }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        body += piece;
      });
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? '',
          body,
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'image-files-'));
  mkdirSync(join(folder, 'images/sub/x.png'), { recursive: true });
  for (const name of [...NAMES, 'notes.txt', '.hidden.png', 'page.html', 'index.html', 'noextension'])
    writeFileSync(join(folder, 'images', name), `bytes of ${name}`);
  writeFileSync(join(folder, 'images/sub/x.png/index.html'), 'secret');
  writeFileSync(join(folder, 'secret.png'), 'secret');
  server = await serveImageFiles(join(folder, 'images'));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

describe('serveImageFiles', () => {
  it.each(NAMES)('serves %s as an image', async (name) => {
    const { status, type, body } = await ask(`/${name.split('/').map(encodeURIComponent).join('/')}`);
    expect([status, body]).toEqual([200, `bytes of ${name}`]);
    expect(type).toMatch(/^image\//);
  });

  it.each([
    '/',
    '/notes.txt',
    '/page.html',
    '/noextension',
    '/.hidden.png',
    '/missing.png',
    '/sub/x.png',
    '/../secret.png',
    '/sub/../../secret.png',
    '/..%2fsecret.png',
    '/%2e%2e/secret.png',
    '/%2e%2e%2fsecret.png',
    '/..%5csecret.png',
    '//a.jpg',
    '/a.jpg/',
    '/a.jpg%00.png',
    '/%zz.png',
    '/a%252ejpg',
  ])('does not serve %s', async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(body).not.toMatch(/secret|bytes of/);
  });

  it('reports a missing folder', async () => {
    await expect(serveImageFiles(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'file_missing' });
  });
});
