import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { buildWorker, type WorkerFiles } from '../../infra/build-edge.ts';
import { type RunningEdge, startEdge, startWorker } from '../../infra/start-edge.ts';
import type { LogLine } from '../../infra/workerd/log-line.ts';

const VARIABLES = { RERANK_URL: 'http://127.0.0.1:9', QDRANT_URL: 'http://127.0.0.1:9' };
const root = join(import.meta.dirname, '../..');

let folder = '';
let files: WorkerFiles;
let edge: RunningEdge | undefined;
let log: LogLine[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'edge-worker-'));
  files = await buildWorker('test/runtime/wasm-worker.ts', join(folder, 'worker'));
});
afterEach(async () => {
  await edge?.close();
  edge = undefined;
  log = [];
});
afterAll(() => rmSync(folder, { recursive: true }));

const onLog = (line: LogLine) => void log.push(line);

/** The process that currently serves. */
const workerdPid = () => Number(log.findLast(({ text }) => text === 'workerd listens')?.fields?.pid);

/** A reranker that keeps its callers waiting until it may answer, with an error. */
async function startHeldReranker() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reranker = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Requests that wait. */
    held: new Set<ServerResponse>(),
    /** How many have come. */
    began: 0,
    answers: false,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  server.on('request', (_request, response: ServerResponse) => {
    if (reranker.answers) return void response.writeHead(418).end();
    reranker.began++;
    reranker.held.add(response);
    response.on('close', () => reranker.held.delete(response));
  });
  return reranker;
}

describe('the edge worker in workerd', () => {
  it('responds on its own routes only', async () => {
    edge = await startEdge({ vars: VARIABLES, onLog });
    const status = async (path: string, headers: HeadersInit = {}) =>
      (await fetch(`${edge?.url}${path}`, { headers })).status;
    expect(await status('/healthz')).toBe(200);
    for (const path of [
      '/cdn-cgi/',
      '/cdn-cgi/trace',
      '/cdn-cgi/mf/reload',
      '/cdn-cgi/mf/scheduled',
      '/cdn-cgi/handler/scheduled',
    ])
      expect(await status(path), path).toBe(404);
    const problem = await fetch(`${edge.url}/cdn-cgi/handler/scheduled`);
    expect(await problem.json()).toMatchObject({ code: 'not_found' });

    const elsewhere = { 'MF-Original-URL': 'http://other.example/healthz' };
    expect(await status('/nowhere', elsewhere)).toBe(404);
    expect(await status('/healthz', { 'MF-Original-URL': 'http://other.example/nowhere' })).toBe(200);
  });

  it('is restarted on its port after kill -9, with a warning', async () => {
    edge = await startEdge({ vars: VARIABLES, onLog });
    const { url } = edge;
    const killed = workerdPid();
    process.kill(killed, 'SIGKILL');
    await vi.waitFor(() => expect(workerdPid()).not.toBe(killed), { timeout: 10_000, interval: 20 });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(log.filter(({ level }) => level === 'warn')).toMatchObject([{ fields: { end: 'SIGKILL' } }]);
  });

  it.runIf(process.platform !== 'win32')(
    'is killed and restarted on its port when it hangs, with a warning',
    async () => {
      const probeTimes = { pauseMs: 20, timeoutMs: 3000, misses: 2 };
      edge = await startEdge({ vars: VARIABLES, onLog, probeTimes });
      const { url } = edge;
      const stopped = workerdPid();
      process.kill(stopped, 'SIGSTOP');
      await vi.waitFor(() => expect(workerdPid()).not.toBe(stopped), { timeout: 60_000, interval: 20 });
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      const warnings = log.filter(({ level }) => level === 'warn');
      expect(warnings[0]).toMatchObject({
        text: expect.stringContaining('hangs'),
        fields: { pid: stopped },
      });
      expect(warnings[1]).toMatchObject({ fields: { end: 'SIGKILL' } });
    },
    90_000,
  );

  it('aborts the work of callers that leave, and frees their places', async () => {
    const reranker = await startHeldReranker();
    const { held } = reranker;
    try {
      edge = await startEdge({ vars: { ...VARIABLES, RERANK_URL: reranker.url }, onLog });
      const { hostname, port: edgePort } = new URL(edge.url);
      // More than an isolate begins at once.
      const callers = Array.from({ length: 40 }, (_, at) => {
        const caller = connect(Number(edgePort), hostname);
        caller.write(`GET /v1/search?q=dog+${at} HTTP/1.1\r\nHost: edge\r\n\r\n`);
        return caller;
      });
      await vi.waitFor(() => expect(reranker.began).toBeGreaterThan(8), { timeout: 10_000, interval: 20 });
      for (const caller of callers) caller.resetAndDestroy();
      await vi.waitFor(() => expect(held.size).toBe(0), { timeout: 10_000, interval: 20 });
      reranker.answers = true;
      const next = await fetch(`${edge.url}/v1/search?q=a+dog`);
      expect(await next.json()).toMatchObject({ code: 'encode_unavailable' });
      expect(log.filter(({ fields }) => fields?.code === 'internal')).toEqual([]);
    } finally {
      reranker.close();
    }
  });

  it('searches once for callers who ask the same, for those who stay, and ends that when all have left', async () => {
    const reranker = await startHeldReranker();
    const { held } = reranker;
    try {
      edge = await startEdge({ vars: { ...VARIABLES, RERANK_URL: reranker.url }, onLog });
      const { hostname, port: edgePort } = new URL(edge.url);
      const ask = () => {
        const caller = connect(Number(edgePort), hostname);
        caller.write('GET /v1/search?q=a+dog HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n');
        return caller;
      };
      const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));
      const first = ask();
      await vi.waitFor(() => expect(reranker.began).toBe(1), { timeout: 10_000, interval: 20 });
      const others = Array.from({ length: 10 }, ask);
      await wait(300);
      expect(reranker.began).toBe(1);
      // The request that reranker.began the search ends; the others still get its answer.
      first.resetAndDestroy();
      const texts = others.slice(5).map(async (caller) => {
        let text = '';
        for await (const piece of caller) text += String(piece);
        return text;
      });
      for (const caller of others.slice(0, 5)) caller.resetAndDestroy();
      await wait(300);
      expect([held.size, reranker.began]).toEqual([1, 1]);
      reranker.answers = true;
      for (const response of held) response.writeHead(418).end();
      for (const text of texts) expect(await text).toContain('"code":"encode_unavailable"');
      reranker.answers = false;
      // Those who ask the same again begin anew, and nothing goes on when the last of them has left.
      const later = Array.from({ length: 5 }, ask);
      await vi.waitFor(() => expect(held.size).toBe(1), { timeout: 10_000, interval: 20 });
      await wait(200);
      for (const caller of later) {
        caller.resetAndDestroy();
        await wait(50);
      }
      await vi.waitFor(() => expect(held.size).toBe(0), { timeout: 10_000, interval: 20 });
      expect(log.filter(({ level, fields }) => level === 'error' && fields?.code === 'internal')).toEqual([]);
    } finally {
      reranker.close();
    }
  });

  it('reports why it does not start', async () => {
    await expect(startEdge({ vars: { ...VARIABLES, CACHE_SECONDS: 'never' } })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('CACHE_SECONDS'),
    });
  });
});

describe('any worker in workerd', () => {
  it('gets its modules and its variables, which do not appear in any command line or file', async () => {
    const vars = {
      NAME: 'a "quoted" text, ünïcode,\nand a second line',
      EMPTY: '',
      SECRET: 'of the service',
    };
    const temporary = mkdtempSync(join(folder, 'temporary-'));
    vi.stubEnv('TMPDIR', temporary);
    edge = await startWorker(files, { vars, onLog });
    vi.unstubAllEnvs();
    expect(await (await fetch(edge.url)).json()).toEqual({
      exports: expect.arrayContaining(['memory']),
      variables: vars,
    });
    expect(readdirSync(temporary)).toEqual([]);
    if (existsSync('/proc/self/cmdline'))
      expect(readFileSync(`/proc/${workerdPid()}/cmdline`, 'utf8')).not.toContain('of the service');
  });

  it('listens on an IPv6 address', async () => {
    edge = await startWorker(files, { vars: {}, host: '::1' });
    expect(edge.url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await fetch(edge.url)).status).toBe(200);
  });

  it('names a missing module', async () => {
    const broken = { ...files, wasm: ['nowhere.wasm'] };
    await expect(startWorker(broken, { vars: {} })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('nowhere.wasm'),
    });
  });

  it('deploys as it runs here', () => {
    const wrangler = join(
      dirname(createRequire(import.meta.url).resolve('wrangler/package.json')),
      'bin/wrangler.js',
    );
    const parameters = [
      '-c',
      'infra/wrangler/wrangler.jsonc',
      '--dry-run',
      '--outdir',
      join(folder, 'deployed'),
    ];
    execFileSync(process.execPath, [wrangler, 'deploy', ...parameters], {
      cwd: root,
      // It builds the worker by `node`.
      env: {
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        HOME: folder,
        WRANGLER_SEND_METRICS: 'false',
        CI: 'true',
      },
      stdio: 'pipe',
    });
    expect(readdirSync(join(folder, 'deployed'))).toEqual(
      expect.arrayContaining(['encode-relaxed.wasm', 'worker.js']),
    );
  });

  it('keeps secrets out of the variables of the deployed worker, and gives it one address', () => {
    const text = readFileSync(join(root, 'infra/wrangler/wrangler.jsonc'), 'utf8').replace(
      /^\s*\/\/.*$/gm,
      '',
    );
    const deployed = z
      .object({
        vars: z.record(z.string(), z.string()),
        secrets: z.object({ required: z.array(z.string()) }),
        workers_dev: z.boolean(),
        preview_urls: z.boolean(),
      })
      .parse(JSON.parse(text));
    const secrets = ['RERANK_TOKEN', 'QDRANT_API_KEY'];
    expect(deployed.secrets.required).toEqual(secrets);
    expect(Object.keys(deployed.vars).filter((name) => /TOKEN|KEY|SECRET/.test(name))).toEqual([]);
    expect([deployed.workers_dev, deployed.preview_urls]).toEqual([false, false]);
  });
});
