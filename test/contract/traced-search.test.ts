import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startEdge } from '../../infra/start-edge.ts';
import { Tracing } from '../../shared/observe/tracing.ts';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { type RunningQdrantLocal, startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { edgeOver } from '../support/edge-over.ts';
import { startTestService, type TestService } from '../support/rerank-service.ts';
import { pushTinyPoints } from '../support/tiny-generation.ts';

const attributeSchema = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) });
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: z.array(attributeSchema),
  status: z.object({ code: z.number() }),
});
const requestSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attributeSchema) }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
});
type Collected = z.output<typeof spanSchema> & { readonly service: unknown };

/** A collector of OTLP/HTTP in JSON. */
let collector: Server;
let collected: Collected[] = [];
let collectorHeaders: Headers[] = [];
/** Qdrant behind a proxy that notes the `traceparent` of each request. */
let proxy: Server;
let told: (string | null)[] = [];
let database: RunningQdrantLocal;
let service: TestService;
let rerankTracing: Tracing;

const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function serve(fetch: (request: Request) => Response | Promise<Response>): Promise<Server> {
  const server = createAdaptorServer({ fetch }) as Server;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

beforeAll(async () => {
  collector = await serve(async (request) => {
    const body = requestSchema.parse(await request.json());
    collectorHeaders.push(request.headers);
    for (const { resource, scopeSpans } of body.resourceSpans) {
      const name = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue;
      collected.push(...scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service: name }))));
    }
    return Response.json({});
  });
  database = await startQdrantLocal({ path: ':memory:', port: 0 });
  proxy = await serve(async (request) => {
    told.push(request.headers.get('traceparent'));
    const { pathname, search } = new URL(request.url);
    const answer = await fetch(`${database.url}${pathname}${search}`, {
      method: request.method,
      headers: { 'content-type': 'application/json' },
      body: request.method === 'GET' ? null : await request.text(),
    });
    return Response.json(await answer.json(), { status: answer.status });
  });
  rerankTracing = tracing('gsmn-rerank', 1, true);
  service = await startTestService({ tiny: { images: 9 }, tracing: rerankTracing });
  await pushTinyPoints(createQdrantStore({ url: database.url }), service.tiny);
});
afterEach(() => {
  [collected, told, collectorHeaders] = [[], [], []];
});
afterAll(async () => {
  await service.close();
  await database.close();
  for (const server of [collector, proxy]) {
    server.closeAllConnections();
    server.close();
  }
});

function tracing(name: string, ratio: number, trustsCallers = false): Tracing {
  return new Tracing({
    url: `${addressOf(collector)}/v1/traces`,
    headers: { 'x-team': 'search' },
    ratio,
    service: name,
    version: '1',
    trustsCallers,
  });
}

/** One search at the edge; resolves when all of its spans have arrived. */
async function search(ratio: number, headers: Record<string, string> = {}): Promise<Response> {
  const own = tracing('gsmn-edge', ratio);
  const app = edgeOver({
    rerank: service.server.url,
    qdrant: addressOf(proxy),
    observedBy: { observers: [], tracing: own },
  });
  const background: Promise<unknown>[] = [];
  const context = {
    waitUntil: (work: Promise<unknown>) => void background.push(work),
    passThroughOnException: () => {},
    props: {},
  };
  const response = await app.request('/v1/search?q=a+dog', { headers }, {}, context);
  expect(response.status).toBe(200);
  await Promise.all(background);
  await rerankTracing.flush();
  return response;
}

const sole = (name: string, of?: string) => {
  const found = collected.filter((span) => span.name === name && (of === undefined || span.service === of));
  expect(found.map((span) => span.name)).toEqual([name]);
  return found[0] as Collected;
};

describe('a traced search', () => {
  it('is one trace, from the edge to Qdrant and the reranker', async () => {
    const caller = { trace: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' };
    await search(1, { traceparent: `00-${caller.trace}-${caller.span}-01`, 'x-request-id': 'look-here' });
    expect(new Set(collected.map(({ traceId }) => traceId))).toEqual(new Set([caller.trace]));
    const root = sole('GET /v1/search');
    expect(root).toMatchObject({ service: 'gsmn-edge', parentSpanId: caller.span });
    expect(root.attributes).toEqual(
      expect.arrayContaining([
        { key: 'gsmn.request_id', value: { stringValue: 'look-here' } },
        { key: 'http.response.status_code', value: { intValue: 200 } },
        { key: 'gsmn.stage', value: { stringValue: 'rerank' } },
      ]),
    );
    for (const stage of ['wait', 'encode', 'recall', 'rank']) {
      expect(sole(stage, 'gsmn-edge').parentSpanId, stage).toBe(root.spanId);
    }
    // The reranker's spans are parts of the calls.
    expect(sole('POST /v1/encode').parentSpanId).toBe(sole('encode').spanId);
    const ranked = sole('POST /v1/rank');
    expect(ranked).toMatchObject({ service: 'gsmn-rerank', parentSpanId: sole('rank').spanId });
    expect(sole('compare shortlist').parentSpanId).toBe(ranked.spanId);
    expect(ranked.attributes.map(({ key }) => key)).toContain('gsmn.match_ms');
    // Qdrant is told the span of each call; images behind the shortlist have their payloads from there.
    expect(told).toEqual(['recall', 'payloads'].map((name) => `00-${caller.trace}-${sole(name).spanId}-01`));
    expect(collectorHeaders[0]?.get('x-team')).toBe('search');
    // Nothing of what was searched for.
    expect(JSON.stringify(collected)).not.toContain('dog');
    for (const { name, startTimeUnixNano, endTimeUnixNano } of collected) {
      const [start, end] = [BigInt(startTimeUnixNano), BigInt(endTimeUnixNano)];
      expect(end >= start, name).toBe(true);
      expect(Math.abs(Number(start / 1_000_000n) - Date.now()), name).toBeLessThan(60_000);
    }
  });

  it('begins a trace where the caller has none, or names none that can be read', async () => {
    await search(1);
    expect(sole('GET /v1/search').parentSpanId ?? '').toBe('');
    const [{ traceId } = { traceId: '' }] = collected;
    collected = [];
    await search(1, { traceparent: '00-zzz' });
    expect(sole('GET /v1/search').traceId).toMatch(/^[\da-f]{32}$/);
    expect(sole('GET /v1/search').traceId).not.toBe(traceId);
  });

  it('is not recorded anywhere if it is not sampled, by us or by the caller, whatever the public asks for', async () => {
    await search(0);
    await search(0, { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    await search(1, { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' });
    expect(collected).toEqual([]);
    expect(told.length).toBe(6);
    expect(new Set(told.map((traceparent) => traceparent?.slice(-3)))).toEqual(new Set(['-00']));
  });

  it('is answered as ever where the collector is away', async () => {
    const own = new Tracing({
      url: 'http://127.0.0.1:9/v1/traces',
      headers: {},
      ratio: 1,
      service: 'gsmn-edge',
      version: '1',
      trustsCallers: false,
    });
    const app = edgeOver({
      rerank: service.server.url,
      qdrant: database.url,
      observedBy: { observers: [], tracing: own },
    });
    const background: Promise<unknown>[] = [];
    const context = {
      waitUntil: (work: Promise<unknown>) => void background.push(work),
      passThroughOnException: () => {},
      props: {},
    };
    expect((await app.request('/v1/search?q=a+dog', {}, {}, context)).status).toBe(200);
    await Promise.all(background);
    expect(own.counts).toMatchObject({ exported: 0, dropped: 0 });
    expect(own.counts.failed).toBeGreaterThan(3);
  });

  it('is exported by the worker in workerd, which counts what it does and logs what is searched for', async () => {
    const token = 'a token of the metrics';
    const logged: unknown[] = [];
    const edge = await startEdge({
      vars: {
        RERANK_URL: service.server.url,
        QDRANT_URL: database.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: addressOf(collector),
        METRICS_TOKEN: token,
        QUERY_LOG_SAMPLE: '1',
      },
      onLog: ({ fields }) => void logged.push(fields?.queryLog),
    });
    try {
      expect((await fetch(`${edge.url}/v1/search?q=a+dog`)).status).toBe(200);
      await expect
        .poll(() => collected.some(({ name }) => name === 'GET /v1/search'), { timeout: 10_000 })
        .toBe(true);
      const root = sole('GET /v1/search');
      expect(Math.abs(Number(BigInt(root.startTimeUnixNano) / 1_000_000n) - Date.now())).toBeLessThan(60_000);
      expect(sole('recall').traceId).toBe(root.traceId);
      await expect
        .poll(() => logged)
        .toContainEqual(expect.objectContaining({ kind: 'search', query: 'a dog' }));
      expect((await fetch(`${edge.url}/metrics`)).status).toBe(401);
      const metrics = await fetch(`${edge.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
      const text = await metrics.text();
      expect(text).toContain('gsmn_edge_requests_total{route="/v1/search",status="200"} 1\n');
      expect(text).toMatch(/gsmn_edge_stage_seconds_count\{stage="recall"\} 1\n/);
      await expect
        .poll(async () => {
          const again = await fetch(`${edge.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
          return /gsmn_edge_spans_total\{outcome="exported"\} (\d+)/.exec(await again.text())?.[1];
        })
        .toMatch(/^[1-9]/);
    } finally {
      await edge.close();
    }
  });
});
