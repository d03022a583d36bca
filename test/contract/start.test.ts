import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { searchResponseSchema } from '../../shared/schema/index.ts';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { type CommandProcess, startCommandProcess } from '../support/command-process.ts';
import { drawnPhoto } from '../support/drawn-photos.ts';
import { sendRequest } from '../support/send-request.ts';
import { smallProject } from '../support/small-index.ts';
import {
  activateTiny,
  pushTinyPoints,
  type TinyGeneration,
  writeTinyGeneration,
} from '../support/tiny-generation.ts';

let folder = '';
let index = '';
let data = '';
let tiny: TinyGeneration;
const running: CommandProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'start-'));
  index = join(folder, 'index');
  data = join(folder, 'data');
  mkdirSync(join(data, 'images'), { recursive: true });
  writeFileSync(join(data, 'images/0.png'), await drawnPhoto(1000, 500).png().toBuffer());
  tiny = await writeTinyGeneration(index);
  await activateTiny(index, tiny.id);
  const database = await startQdrantLocal({ path: join(index, 'qdrant.sqlite'), port: 0 });
  await pushTinyPoints(createQdrantStore({ url: database.url }), tiny);
  await database.close();
});
afterEach(() => {
  for (const command of running.splice(0)) command.destroy();
});
afterAll(() => rmSync(folder, { recursive: true }));

function start(parameters: readonly string[], environment?: Record<string, string>): CommandProcess {
  const command = startCommandProcess(['start', '--port', '0', ...parameters], environment);
  running.push(command);
  return command;
}

/** A child needs a moment to notice that its parent has ended. */
const nothingLeft = (command: CommandProcess) =>
  vi.waitFor(() => expect(command.alive()).toBe(false), { timeout: 5000, interval: 20 });

const address = async (command: CommandProcess) =>
  (await command.said(/(http:\/\/127\.0\.0\.1:\d+)\/[\s\S]*Ctrl-C/))[1] ?? '';

describe('gsmn start', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'serves page, search and image files until %s, and leaves nothing',
    async (signal) => {
      const command = start(['--index', index, '--data', data, '--backend', 'wasm', '--no-build']);
      const url = await address(command);
      expect(command.stdout()).toContain('7 images, 7 captions');
      expect(command.stdout()).toContain('backend wasm');
      expect(command.stdout()).toMatch(/Try:\n {4}.*a man runs$/m);

      const response = await fetch(`${url}/v1/search?q=a+dog+runs&limit=4`);
      expect([response.status, response.headers.get('x-search-stage')]).toEqual([200, 'rerank']);
      for (const stage of ['encode', 'recall', 'rank', 'match', 'evidence'])
        expect(response.headers.get('server-timing')).toContain(`${stage};dur=`);
      const answer = searchResponseSchema.parse(await response.json());
      expect(answer).toMatchObject({ generation: tiny.id, stage: 'rerank' });
      expect(answer.degraded).toBeUndefined();
      expect(answer.hits).toHaveLength(4);
      expect(answer.hits[0]?.evidence?.words.map(({ word }) => word)).toEqual(['a', 'dog', 'runs', '.']);

      expect(answer.hits.map(({ image }) => image.widths)).toEqual(Array(4).fill([320, 960]));
      for (const width of [320, 960]) {
        const image = await (await fetch(`${url}/images/0.png?w=${width}`)).bytes();
        expect(await sharp(image).metadata()).toMatchObject({ format: 'webp', width });
      }
      expect((await fetch(`${url}/images/1.png`)).status).toBe(404);
      expect(await (await fetch(url)).text()).toContain('<gsmn-search');

      command.child.kill(signal);
      expect(await command.ended).toBe(0);
      await nothingLeft(command);
      expect(command.stderr()).toBe('');
      // SQLite removes its journal when it is closed properly.
      expect(existsSync(join(index, 'qdrant.sqlite-wal'))).toBe(false);
      await expect(fetch(url)).rejects.toThrow();
    },
  );

  it('is searched and shown by its own pages alone', async () => {
    const command = start(['--index', index, '--data', data, '--backend', 'wasm', '--no-build']);
    const url = await address(command);
    const { port } = new URL(url);
    const paths = ['/', '/v1/search?q=a+dog', '/images/0.png', '/widget.js'];

    // A name of somebody else that resolves to this machine.
    for (const host of ['evil.example', `evil.example:${port}`, `127.0.0.1.evil.example:${port}`])
      for (const path of paths) {
        const { status, body } = await sendRequest(`${url}${path}`, { headers: { host } });
        expect([host, path, status]).toEqual([host, path, 421]);
        expect(JSON.parse(body)).toMatchObject({ code: 'host_refused' });
      }
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`])
      for (const path of paths)
        expect((await sendRequest(`${url}${path}`, { headers: { host } })).status, host + path).toBe(200);

    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])
      for (const path of paths) {
        const { status, headers: answered } = await sendRequest(`${url}${path}`, { headers });
        expect([path, status]).toEqual([path, 403]);
        expect(answered).not.toHaveProperty('access-control-allow-origin');
      }
    const own = { origin: url, 'sec-fetch-site': 'same-origin' };
    for (const path of paths) {
      const { status, headers } = await sendRequest(`${url}${path}`, { headers: own });
      expect([path, status]).toEqual([path, 200]);
      expect(headers).not.toHaveProperty('access-control-allow-origin');
      expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    }
    command.child.kill('SIGTERM');
    expect(await command.ended).toBe(0);
  });

  it('has no door of a development server', async () => {
    const command = start(['--index', index, '--data', data, '--backend', 'wasm', '--no-build']);
    const url = await address(command);
    const { port } = new URL(url);
    const search = async (headers: Record<string, string>) => {
      const { status, body } = await sendRequest(`${url}/v1/search?q=a+dog&limit=2`, { headers });
      const { query, hits } = searchResponseSchema.parse(JSON.parse(body));
      return { status, query, ids: hits.map(({ id }) => id) };
    };
    const plain = await search({});
    expect(plain).toMatchObject({ status: 200, query: 'a dog' });
    for (const headers of [
      { 'MF-Original-URL': `${url}/v1/search?q=a+cat&limit=1` },
      { 'MF-Original-URL': 'http://other.example/nowhere' },
      { 'MF-CF-Blob': '{' },
      { 'MF-CF-Blob': '{"clientIp":"1.2.3.4"}' },
      { 'MF-Custom-Service': 'x', 'MF-Route-Override': 'y', 'MF-Disable-Pretty-Error': '1' },
    ])
      expect(await search(headers)).toEqual(plain);
    for (const path of ['/cdn-cgi/explorer', '/cdn-cgi/explorer/api', '/cdn-cgi/mf/reload', '/cdn-cgi/trace'])
      for (const host of ['localhost', `localhost:${port}`, `127.0.0.1:${port}`]) {
        const answer = await sendRequest(`${url}${path}`, { headers: { host } });
        expect([path, answer.status, JSON.parse(answer.body).code]).toEqual([path, 404, 'not_found']);
      }
    for (const path of ['/', '/v1/search?q=a', '/healthz'])
      for (const host of ['local host', '%ff', 'localhost:99999', '[::1', '[']) {
        const answer = await sendRequest(`${url}${path}`, { headers: { host } });
        expect([host, path, answer.status]).toEqual([host, path, 400]);
      }
    command.child.kill('SIGTERM');
    expect(await command.ended).toBe(0);
  });

  it('opens to the origins and hosts that it is told', async () => {
    const allowed = [
      '--allow-origin',
      'https://shop.example,https://museum.example',
      '--allow-host',
      'tunnel.example',
    ];
    const command = start([
      '--index',
      index,
      '--backend',
      'wasm',
      '--no-build',
      '--host',
      'localhost',
      ...allowed,
    ]);
    const url = (await command.said(/(http:\/\/localhost:\d+)\/[\s\S]*Ctrl-C/))[1] ?? '';
    const ask = (headers: Record<string, string>) => sendRequest(`${url}/v1/search?q=a`, { headers });
    for (const origin of ['https://shop.example', 'https://museum.example']) {
      const { status, headers } = await ask({ origin, host: 'tunnel.example' });
      expect([status, headers['access-control-allow-origin']]).toEqual([200, origin]);
    }
    expect((await ask({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await ask({ host: 'evil.example' })).status).toBe(421);
    command.child.kill('SIGTERM');
    expect(await command.ended).toBe(0);
  });

  it.each([
    ['--host', '[::1]:80', 'not an address'],
    ['--host', 'http://localhost', 'not an address'],
    ['--allow-origin', 'shop.example', 'not an origin'],
    ['--allow-host', 'localhost:8787', 'not the name of a host'],
  ])('refuses %s %s before anything else', async (option, value, message) => {
    const command = start(['--index', join(folder, 'nothing'), '--no-build', option, value]);
    expect(await command.ended).toBe(2);
    expect(command.stderr()).toContain(message);
  });

  it('also ends when the terminal sends Ctrl-C to all its processes', async () => {
    const command = start(['--index', index, '--backend', 'wasm', '--no-build']);
    await address(command);
    expect(command.stdout()).toContain('images: none');
    process.kill(-(command.child.pid ?? 0), 'SIGINT');
    expect(await command.ended).toBe(0);
    await nothingLeft(command);
  });

  it('leaves no process when it is killed', async () => {
    const command = start(['--index', index, '--backend', 'wasm', '--no-build']);
    await address(command);
    command.child.kill('SIGKILL');
    expect(await command.ended).toBe('SIGKILL');
    await nothingLeft(command);
  });

  it('continues when its workerd is killed, and ends with a message when that happens repeatedly', async () => {
    const command = start(['--index', index, '--backend', 'wasm', '--no-build', '--log-level', 'info']);
    const url = await address(command);
    const workerds = () => [...command.stderr().matchAll(/"pid":(\d+)/g)].map((match) => Number(match[1]));
    for (let round = 1; round <= 6; round++) {
      await vi.waitFor(() => expect(workerds()).toHaveLength(round), { timeout: 10_000, interval: 20 });
      expect((await fetch(`${url}/v1/search?q=a+dog`)).status).toBe(200);
      if (round === 1) {
        // The first search has the query model loaded; the next one is encoded by it.
        await vi.waitFor(() => expect(command.stderr()).toContain('queries are encoded at the edge'), 10_000);
        expect(await (await fetch(`${url}/v1/search?q=a+dog`)).json()).toMatchObject({
          generation: tiny.id,
          stage: 'rerank',
        });
      }
      process.kill(workerds().at(-1) ?? 0, 'SIGKILL');
    }
    expect(await command.ended).toBe(1);
    expect(command.stderr()).toContain('the edge worker ended 6 times within 60 s');
    await nothingLeft(command);
  });

  it('uses a named Qdrant', async () => {
    const database = await startQdrantLocal({
      path: join(folder, 'other.sqlite'),
      port: 0,
      apiKey: 'its key',
    });
    const store = createQdrantStore({ url: database.url, apiKey: 'its key' });
    const variables = { QDRANT_URL: database.url, QDRANT_API_KEY: 'its key' };
    const without = start(['--index', index, '--backend', 'wasm', '--no-build'], variables);
    expect(await without.ended).toBe(4);
    expect(without.stderr()).toContain('0 of 7 points');

    await pushTinyPoints(store, tiny);
    const command = start(['--index', index, '--backend', 'wasm', '--no-build'], variables);
    const url = await address(command);
    expect((await fetch(`${url}/v1/search?q=grass`)).status).toBe(200);
    command.child.kill('SIGTERM');
    expect(await command.ended).toBe(0);
    await database.close();
  });

  it('builds the index of a data folder if there is none, and finds it again', async () => {
    const project = await smallProject({ dev: 4 });
    const parameters = ['--data', project.data, '--checkpoint', project.model, '--index', project.index];
    const first = start([...parameters, '--backend', 'wasm']);
    const url = await address(first);
    expect(first.stdout()).toContain('4 images, 20 captions');
    expect(first.stderr()).toContain('encode images');
    const answer = searchResponseSchema.parse(await (await fetch(`${url}/v1/search?q=a+cat+sleeps`)).json());
    expect(answer).toMatchObject({
      stage: 'rerank',
      words: [{ known: true }, { known: true }, { known: true }],
    });
    expect(answer.hits).toHaveLength(4);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);

    const second = start([...parameters, '--backend', 'wasm']);
    await address(second);
    expect(second.stdout()).toContain(answer.generation);
    expect(second.stderr()).not.toContain('encode images');
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    project.remove();
  });

  it('sends the points again if the database has lost them', async () => {
    const project = await smallProject({ dev: 4 });
    const parameters = ['--data', project.data, '--checkpoint', project.model, '--index', project.index];
    const first = start([...parameters, '--backend', 'wasm']);
    await address(first);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    rmSync(join(project.index, 'qdrant.sqlite'));
    const second = start(['--index', project.index, '--backend', 'wasm']);
    const answer = await fetch(`${await address(second)}/v1/search?q=dog`);
    expect(searchResponseSchema.parse(await answer.json()).hits).toHaveLength(4);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    project.remove();
  });

  it('says what to do if there is nothing to build from', async () => {
    const parameters = ['--index', join(folder, 'nothing'), '--gallery', join(folder, 'no-gallery')];
    const command = start([...parameters, '--checkpoint', join(folder, 'no-model')]);
    expect(await command.ended).toBe(3);
    expect(command.stderr()).toContain('npm run train:gallery');
    expect(command.stderr()).toContain('--data DIR');
    expect(command.stderr()).toContain('--checkpoint');
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
    expect(existsSync(join(folder, 'no-gallery'))).toBe(false);
  });

  it('shows on the page what the data folder says', async () => {
    const own = join(folder, 'own');
    mkdirSync(own);
    writeFileSync(join(own, 'examples.txt'), 'a man runs\na dog runs\n\na cat\n');
    writeFileSync(join(own, 'about.txt'), 'Images of runners.\n');
    const command = start(['--index', index, '--data', own, '--backend', 'wasm', '--no-build']);
    const page = await (await fetch(await address(command))).text();
    expect(page).toContain('examples="a man runs|a dog runs||a cat"');
    expect(page).toContain('Images of runners.');
    expect(command.stdout()).toContain('    a man runs\n    a dog runs\n    a cat\n');
    command.child.kill('SIGTERM');
    expect(await command.ended).toBe(0);
  });

  it('builds nothing with --no-build', async () => {
    const command = start(['--index', join(folder, 'nothing'), '--no-build']);
    expect(await command.ended).toBe(4);
    await nothingLeft(command);
  });

  it('reports a port in use before anything else', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const taken = other.address();
    const port = typeof taken === 'object' && taken !== null ? taken.port : 0;
    const command = start(['--index', index, '--no-build', '--port', String(port)]);
    expect(await command.ended).toBe(4);
    expect(command.stderr()).toContain(`127.0.0.1:${port}`);
    expect(command.stderr()).toContain('another port');
    other.close();
  });

  it('stops the running parts when a later part cannot start', async () => {
    const broken = join(folder, 'broken');
    const { id } = await writeTinyGeneration(broken, { seed: 9 });
    await activateTiny(broken, id);
    writeFileSync(join(broken, 'generations', id, 'model/network.safetensors'), 'damaged');
    const command = start(['--index', broken, '--no-build', '--backend', 'wasm'], {
      QDRANT_URL: 'http://127.0.0.1:9',
    });
    expect(await command.ended).toBe(5);
    await nothingLeft(command);
  });

  it('refuses a backend that is not available', async () => {
    const command = start(['--index', index, '--no-build', '--backend', 'webgpu'], {
      VK_ICD_FILENAMES: '/nowhere.json',
      VK_DRIVER_FILES: '/nowhere.json',
    });
    expect(await command.ended).toBe(4);
    expect(command.stderr()).toContain('webgpu');
  });
});
