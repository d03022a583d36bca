import { mkdirSync, writeFileSync } from 'node:fs';
import type { OutgoingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imagesOfFolder, serveImageFiles } from '../../batch/serve/image-files.ts';
import { createLog } from '../../batch/serve/log.ts';
import { Renditions } from '../../batch/serve/renditions.ts';
import { problemSchema } from '../../shared/schema/index.ts';
import { drawnPhoto } from '../support/drawn-photos.ts';
import { startTestService } from '../support/rerank-service.ts';
import { type SentRequest, sendRequest } from '../support/send-request.ts';
import { startTestServer, temporaryFolder } from './qdrant-server.ts';

/** What every service in Node refuses, so that a web page cannot use it: each through its own way of answering. */
const SERVICES = ['reranker', 'qdrant-local', 'image server'] as const;

const urls: Partial<Record<(typeof SERVICES)[number], string>> = {};
const closing: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  const reranker = await startTestService();
  const qdrant = await startTestServer();
  const folder = temporaryFolder();
  mkdirSync(join(folder.path, 'images'));
  writeFileSync(join(folder.path, 'images/a.png'), await drawnPhoto().png().toBuffer());
  const log = createLog('silent');
  const renditions = new Renditions(undefined, log);
  const images = await serveImageFiles(imagesOfFolder(join(folder.path, 'images')), {
    renditions,
    originals: false,
    log,
  });
  closing.push(
    () => reranker.close(),
    () => qdrant.close(),
    () => images.close(),
    () => renditions.close(),
    () => folder.remove(),
  );
  urls.reranker = reranker.server.url;
  urls['qdrant-local'] = qdrant.url;
  urls['image server'] = images.url;
});
afterAll(async () => {
  for (const close of closing) await close();
});

const send = (service: (typeof SERVICES)[number], path: string, request: SentRequest = {}) =>
  sendRequest(`${urls[service]}${path}`, request);

const json = (body: unknown, headers: OutgoingHttpHeaders = {}, method = 'POST'): SentRequest => ({
  method,
  headers: { 'content-type': 'application/json', ...headers },
  write: (outgoing) => outgoing.write(JSON.stringify(body)),
});

describe.each(SERVICES)('the %s', (service) => {
  const path = { reranker: '/v1/status', 'qdrant-local': '/collections', 'image server': '/a.png' }[service];

  it('answers a program on this machine', async () => {
    expect((await send(service, path)).status).toBe(200);
  });

  it('refuses another name that resolves to this machine', async () => {
    for (const at of [path, '/healthz', '/'])
      expect((await send(service, at, { headers: { host: 'evil.example' } })).status).toBe(421);
  });

  it('refuses pages of other origins', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const { status, headers: answered } = await send(service, path, { headers });
      expect(status).toBe(403);
      expect(answered).not.toHaveProperty('access-control-allow-origin');
    }
  });
});

describe('the reranker', () => {
  it('answers with a problem, and logs it', async () => {
    const service = await startTestService();
    const answer = await sendRequest(
      `${service.server.url}/v1/encode`,
      json({ query: 'a' }, { host: 'x.example' }),
    );
    expect(answer.status).toBe(421);
    const problem = problemSchema.parse(JSON.parse(answer.body));
    expect(problem).toMatchObject({ code: 'host_refused', detail: expect.stringContaining('x.example') });
    expect(service.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        fields: { requestId: problem.requestId, code: 'host_refused' },
      }),
    );
    expect(await service.metric('gsmn_rerank_errors_total{code="host_refused"}')).toBe(1);
    await service.close();
  });

  it('takes JSON only', async () => {
    const answer = await send(
      'reranker',
      '/v1/encode',
      json({ query: 'a' }, { 'content-type': 'text/plain' }),
    );
    expect(answer.status).toBe(415);
    expect(problemSchema.parse(JSON.parse(answer.body)).code).toBe('content_type_refused');
  });
});

describe('qdrant-local', () => {
  const points = [1, 2, 3].map((id) => ({ id, vector: [id, 0] }));
  const count = async () =>
    JSON.parse((await send('qdrant-local', '/collections/c/points/count', json({}))).body).result.count;

  it('keeps its points from what a page can send without asking', async () => {
    const size = { vectors: { size: 2, distance: 'Dot' } };
    expect((await send('qdrant-local', '/collections/c', json(size, {}, 'PUT'))).status).toBe(200);
    await send('qdrant-local', '/collections/c/points?wait=true', json({ points }, {}, 'PUT'));
    const everything = { filter: { must: [{ has_id: [1, 2, 3] }] } };
    for (const [headers, status] of [
      [{ 'content-type': 'text/plain' }, 415],
      [{ 'content-type': 'application/x-www-form-urlencoded' }, 415],
      [{ 'content-type': 'text/plain', origin: 'https://evil.example' }, 403],
      [{ origin: 'null' }, 403],
      [{ host: 'evil.example' }, 421],
    ] as const) {
      const answer = await send(
        'qdrant-local',
        '/collections/c/points/delete?wait=true',
        json(everything, headers),
      );
      expect(answer.status).toBe(status);
      expect(JSON.parse(answer.body)).toMatchObject({ status: { error: expect.any(String) }, time: 0 });
    }
    expect(await count()).toBe(3);
    expect(
      (await send('qdrant-local', '/collections/c/points/delete?wait=true', json(everything))).status,
    ).toBe(200);
    expect(await count()).toBe(0);
  });

  it('answers a body beyond its limit, with or without a length', async () => {
    const parts = 40;
    const part = 'x'.repeat(2 ** 20);
    for (const length of [{}, { 'content-length': parts * part.length }]) {
      const answer = await send('qdrant-local', '/collections/c/points', {
        method: 'PUT',
        headers: { 'content-type': 'application/json', ...length },
        write: (outgoing) => {
          for (let at = 0; at < parts; at++) outgoing.write(part);
        },
      });
      expect(answer.status).toBe(413);
      expect(JSON.parse(answer.body).status.error).toContain('33554432 bytes');
    }
  });

  it.each(['0.0.0.0', '0', '::', '10.1.2.3'])('does not listen on %s without a key', async (host) => {
    await expect(startTestServer({ host })).rejects.toMatchObject({
      code: 'config_invalid',
      hint: expect.stringContaining('QDRANT_API_KEY'),
    });
  });

  it.each([
    ['127.1', 'http://127.0.0.1:'],
    ['[::1]', 'http://[::1]:'],
  ])('listens on %s and says where', async (host, shown) => {
    const server = await startTestServer({ host });
    expect(server.url).toContain(shown);
    expect((await server.client.getCollections()).collections).toEqual([]);
    await server.close();
  });
});
