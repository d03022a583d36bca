import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { type CommandProcess, startCommandProcess } from '../support/command-process.ts';
import { activateTiny, type TinyGeneration, writeTinyGeneration } from '../support/tiny-generation.ts';

let folder = '';
let index = '';
let tiny: TinyGeneration;
const running: CommandProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'serve-'));
  index = join(folder, 'index');
  tiny = await writeTinyGeneration(index);
  await activateTiny(index, tiny.id);
});
afterEach(() => {
  for (const command of running.splice(0)) command.destroy();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('gsmn serve', () => {
  it('runs the reranker alone, configured by its environment', async () => {
    const command = startCommandProcess(['serve', 'rerank'], {
      RERANK_INDEX: index,
      RERANK_PORT: '0',
      RERANK_TOKEN: 'of the service',
      RERANK_BACKEND: 'wasm',
      RERANK_MEMORY_MB: '1',
      RERANK_EXHAUSTIVE_IMAGES: '6',
    });
    running.push(command);
    const url = (await command.said(/(http:\S+)/))[1] ?? '';
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ ready: true, active: tiny.id });
    const encode = (authorization: string) =>
      fetch(`${url}/v1/encode`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ query: 'a dog' }),
      });
    expect((await encode('')).status).toBe(401);
    expect((await encode('Bearer of the service')).status).toBe(200);
    const headers = { authorization: 'Bearer of the service' };
    const status = (await (await fetch(`${url}/v1/status`, { headers })).json()) as {
      generations: { cache: { images: number; budget: number } }[];
    };
    expect(status.generations[0]?.cache).toMatchObject({ images: 7, budget: 2 ** 20 });
    const ranked = await fetch(`${url}/v1/rank`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'a dog', generation: tiny.id, candidates: 'all', limit: 1 }),
    });
    expect([ranked.status, await ranked.text()]).toEqual([413, expect.stringContaining('at most 6')]);
    command.child.kill('SIGTERM');
    expect(await command.ended).toBe(0);
    const lines = command
      .stderr()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.find(({ msg }) => msg === 'generation loaded')).toMatchObject({ resident: 7 });
    expect(command.stderr()).not.toContain('of the service');
  });

  it('runs the vector database alone', async () => {
    const command = startCommandProcess(['serve', 'qdrant', '--port', '0'], {
      QDRANT_LOCAL_PATH: join(folder, 'alone.sqlite'),
      QDRANT_API_KEY: 'key',
    });
    running.push(command);
    const url = (await command.said(/(http:\S+)/))[1] ?? '';
    expect(await createQdrantStore({ url, apiKey: 'key' }).listCollections()).toEqual([]);
    await expect(createQdrantStore({ url, apiKey: 'wrong' }).listCollections()).rejects.toMatchObject({
      code: 'unauthorized',
    });
    command.child.kill('SIGINT');
    expect(await command.ended).toBe(0);
  });

  it.each([
    ['rerank', ['--index', 'INDEX'], '0.0.0.0', 'RERANK_TOKEN'],
    ['rerank', ['--index', 'INDEX'], '0', 'RERANK_TOKEN'],
    ['qdrant', ['--path', 'STORE'], '0.0.0.0', 'QDRANT_API_KEY'],
    ['qdrant', ['--path', 'STORE'], '::', 'QDRANT_API_KEY'],
  ])('does not make %s %j reachable on %s without %s', async (service, options, host, variable) => {
    const places: Record<string, string> = { INDEX: index, STORE: join(folder, 'unguarded.sqlite') };
    const placed = options.map((option) => places[option] ?? option);
    const command = startCommandProcess(['serve', service, ...placed, '--host', host, '--port', '0']);
    running.push(command);
    expect(await command.ended).toBe(2);
    expect(command.stderr()).toContain(variable);
  });
});
