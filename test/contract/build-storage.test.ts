import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { verifyPoints } from '../../batch/index/points.ts';
import { type Report, silentReport } from '../../batch/report.ts';
import { createQdrantStore, type QdrantStore } from '../../workers/clients/index.ts';
import { startCommandProcess } from '../support/command-process.ts';
import { type SmallProject, smallProject } from '../support/small-index.ts';
import { startTestServer, type TestServer } from './qdrant-server.ts';

/** A server before another one, which may refuse or change what passes. */
async function between(
  target: () => TestServer,
  refuse: (method: string, path: string) => { status: number; body: string } | undefined,
) {
  const listener: RequestListener = (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    const pass = async (): Promise<void> => {
      const { method = '', url: path = '' } = request;
      const refused = refuse(method, path);
      if (refused !== undefined) {
        response.writeHead(refused.status, { 'content-type': 'application/json' }).end(refused.body);
        return;
      }
      const answer = await fetch(`${target().url}${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(pieces.length > 0 && { body: Buffer.concat(pieces) }),
      });
      response
        .writeHead(answer.status, { 'content-type': 'application/json' })
        .end(Buffer.from(await answer.arrayBuffer()));
    };
    request.on('end', () => void pass());
  };
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Qdrant's refusal of a key that may only read. */
const READ_ONLY = {
  status: 403,
  body: '{"status":{"error":"Forbidden: Global manage access is required"},"time":0.1}',
};

describe('the vector database of a build', () => {
  let project: SmallProject;
  let database: TestServer;
  const servers: Server[] = [];

  beforeAll(async () => {
    project = await smallProject({ test: 4 });
    database = await startTestServer();
  });
  afterAll(async () => {
    for (const server of servers) server.close().closeAllConnections();
    await database.close();
    project.remove();
  });

  /** A build that fails as soon as it encodes anything. */
  const stages: string[] = [];
  const noticing: Report = {
    ...silentReport,
    stage: (label, unit, work) => {
      stages.push(label);
      return silentReport.stage(label, unit, work);
    },
  };
  const build = (store: QdrantStore, report: Report, changes: object = {}) =>
    buildIndex(
      {
        index: project.index,
        data: project.data,
        checkpoint: project.model,
        backend: 'wasm',
        store,
        ...changes,
      },
      report,
    );

  it.each([
    ['a key that may not write', () => READ_ONLY, 'unauthorized', /may read but not write/],
    [
      'a wrong key',
      () => ({ status: 401, body: '"Invalid API key"' }),
      'unauthorized',
      /list collections.*401/,
    ],
    [
      'another program',
      () => ({ status: 404, body: '<h1>not found</h1>' }),
      'recall_unavailable',
      /does not answer like a Qdrant/,
    ],
  ] as const)('is refused before anything is encoded: %s', async (what, refusal, code, message) => {
    const { server, url } = await between(
      () => database,
      (method) => (what === 'a key that may not write' && method === 'GET' ? undefined : refusal()),
    );
    servers.push(server);
    stages.length = 0;
    const store = createQdrantStore({ url, retries: 0 });
    await expect(build(store, noticing)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(stages).toEqual([]);
    expect(await new IndexFolder(project.index).unfinished()).toEqual([]);
  });

  it('is refused where nothing listens', async () => {
    stages.length = 0;
    const { server, url } = await between(
      () => database,
      () => undefined,
    );
    await new Promise((resolve) => server.close(resolve));
    await expect(build(createQdrantStore({ url }), noticing)).rejects.toMatchObject({
      code: 'recall_unavailable',
      hint: expect.stringContaining('QDRANT_URL'),
    });
    expect(stages).toEqual([]);
  });

  it('may be away for a while, is repaired where it lost points, and wakes', async () => {
    let failures = 3;
    let lost = 0;
    let looks = 0;
    let woken = 0;
    const grey = {
      status: 200,
      body: JSON.stringify({
        result: {
          status: 'grey',
          optimizer_status: 'ok',
          points_count: 4,
          config: { params: { vectors: { size: 8, distance: 'Cosine' } } },
        },
        status: 'ok',
        time: 0,
      }),
    };
    let sent = false;
    const { server, url } = await between(
      () => database,
      (method, path) => {
        if (method === 'PUT' && path.includes('/points')) {
          if (failures-- > 0) return { status: 503, body: '{"status":{"error":"restarting"}}' };
          // Acknowledged, and lost.
          if (lost++ === 0) {
            return {
              status: 200,
              body: '{"result":{"operation_id":1,"status":"completed"},"status":"ok","time":0}',
            };
          }
          sent = true;
        }
        if (method === 'PATCH') {
          woken++;
          return { status: 200, body: '{"result":true,"status":"ok","time":0}' };
        }
        if (sent && woken === 0 && method === 'GET' && path.endsWith('-images') && looks++ > 0) return grey;
        return undefined;
      },
    );
    servers.push(server);
    const warnings: string[] = [];
    const store = createQdrantStore({ url, retries: 0 });
    const { generation } = await build(store, { ...silentReport, warn: (line) => warnings.push(line) });
    expect(warnings.filter((line) => line.includes('trying again in'))).toHaveLength(3);
    expect(warnings.at(-1)).toMatch(/^\d+ points in Qdrant differed/);
    expect(woken).toBe(1);
    const index = new IndexFolder(project.index);
    await verifyPoints(
      createQdrantStore({ url: database.url }),
      index.generation(generation),
      await index.manifest(generation),
    );
  }, 60_000);

  it('named by an empty QDRANT_URL is the embedded one; its state is listed and verified', async () => {
    const index = `${project.index}-embedded`;
    const run = async (...parameters: string[]) => {
      const command = startCommandProcess(['index', ...parameters, '--index', index], {
        QDRANT_URL: '',
        QDRANT_API_KEY: '',
      });
      const code = await command.ended;
      return { code, stdout: command.stdout(), stderr: command.stderr() };
    };
    const built = await run(
      'build',
      '--data',
      project.data,
      '--checkpoint',
      project.model,
      '--backend',
      'wasm',
      '--json',
    );
    expect([built.code, built.stderr]).toEqual([0, expect.any(String)]);
    const { generation } = JSON.parse(built.stdout) as { generation: string };
    const collections = [
      { collection: `gsmn-${generation}-images`, status: 'green', points: 4, expected: 4, indexed: 0 },
      { collection: `gsmn-${generation}-captions`, status: 'green', points: 20, expected: 20, indexed: 0 },
    ];
    expect(JSON.parse((await run('list', '--json')).stdout)).toMatchObject([
      { generation, state: 'active', collections },
    ]);
    expect((await run('list')).stdout).toContain('green');
    expect(JSON.parse((await run('verify', '--json')).stdout)).toEqual({
      generation,
      images: 4,
      captions: 20,
      sealed: true,
      collections,
    });
  }, 120_000);
});
