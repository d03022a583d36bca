import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GENERATION_PATHS } from '../../shared/generation/index.ts';
import { encodeResponseSchema, problemSchema, rankResponseSchema } from '../../shared/schema/index.ts';
import { readQueryModel } from '../../shared/search/query-model.ts';
import { heldEngines, startTestService, type TestService, testEngines } from '../support/rerank-service.ts';
import { activateTiny, writeTinyGeneration } from '../support/tiny-generation.ts';

const QUERY = 'a man runs';

/** Ranks two images of a generation. */
function rankTwo(service: TestService, generation: string): Promise<Response> {
  const candidates = [
    [0, 0.5],
    [1, 0.25],
  ];
  return service.post('/v1/rank', { query: QUERY, generation, candidates, limit: 2 });
}

describe('generations of the rerank service', () => {
  const engines = heldEngines();
  let service: TestService;
  beforeEach(async () => {
    service = await startTestService({ engines: engines.engines, settings: { retryMs: 0 } });
  });
  afterEach(async () => {
    engines.release();
    await service.close();
  });

  const encode = async () =>
    encodeResponseSchema.parse(await (await service.post('/v1/encode', { query: QUERY })).json());
  const rank = (generation: string) => rankTwo(service, generation);
  const answerOf = async (response: Response) => {
    const { took: _, ...answer } = rankResponseSchema.parse(await response.json());
    return answer;
  };
  const ready = async () => {
    const response = await service.get('/readyz');
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  /** Activates another generation of the same index. */
  async function switchTo(seed: number, previous: string | null = service.tiny.id): Promise<string> {
    const { id } = await writeTinyGeneration(service.index, { seed, images: 4 });
    await activateTiny(service.index, id, previous);
    return id;
  }

  it('switches while requests run, which end in the generation that they started with', async () => {
    const { tiny } = service;
    const before = await answerOf(await rank(tiny.id));
    expect(before).toMatchObject({ generation: tiny.id, active: tiny.id });
    engines.hold();
    const running = rank(tiny.id);
    await vi.waitFor(() => expect(engines.waiting()).toBe(1), 10_000);
    const next = await switchTo(2);
    await service.server.refresh();
    expect((await encode()).generation).toBe(next);
    expect(await ready()).toMatchObject({ status: 200, body: { active: next, previous: tiny.id } });
    engines.release();
    expect(await answerOf(await running)).toEqual(before);
    // A query that was encoded before the switch is still ranked in its generation, and the answer says that another
    // one is active.
    expect(await answerOf(await rank(tiny.id))).toEqual({ ...before, active: next });
    expect(await answerOf(await rank(next))).toMatchObject({ generation: next, active: next });
  });

  it('closes a generation two switches later, but not during a running request', async () => {
    const { tiny } = service;
    engines.hold();
    const running = rank(tiny.id);
    await vi.waitFor(() => expect(engines.waiting()).toBe(1), 10_000);
    const second = await switchTo(2);
    await service.server.refresh();
    const third = await switchTo(3, second);
    await service.server.refresh();
    expect(service.server.status()).toMatchObject({ active: third, previous: second });
    engines.release();
    expect((await running).status).toBe(200);
    const gone = await rank(tiny.id);
    expect([gone.status, problemSchema.parse(await gone.json()).code]).toEqual([409, 'generation_stale']);
  });

  it('returns to the previous one without loading it again', async () => {
    const { tiny } = service;
    const next = await switchTo(2);
    await service.server.refresh();
    await activateTiny(service.index, tiny.id, next);
    await service.server.refresh();
    expect(service.server.status()).toMatchObject({ active: tiny.id, previous: next });
    expect(await service.metric('gsmn_rerank_generation_loads_total{outcome="loaded"}')).toBe(2);
    expect((await encode()).generation).toBe(tiny.id);
  });

  it.each([
    ['damaged nodes', GENERATION_PATHS.imageNodes, 'checksum_mismatch'],
    ['a damaged network', `${GENERATION_PATHS.model}/network.safetensors`, 'checksum_mismatch'],
    ['an invalid manifest', GENERATION_PATHS.manifest, 'format_invalid'],
  ])('continues with the old one if the new one has %s, and reports why', async (_, path, code) => {
    const { tiny } = service;
    const { id } = await writeTinyGeneration(service.index, { seed: 2 });
    const file = join(service.index, 'generations', id, path);
    const bytes = await readFile(file);
    const whole = Buffer.from(bytes);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 0x80;
    await writeFile(file, bytes);
    await activateTiny(service.index, id, tiny.id);
    await service.server.refresh();
    expect(await ready()).toMatchObject({
      status: 200,
      body: { active: tiny.id, failure: { generation: id, code } },
    });
    expect((await rank(tiny.id)).status).toBe(200);
    const complaint = service.lines.find(({ level }) => level === 'error');
    expect(complaint?.fields).toMatchObject({ generation: id, serving: tiny.id, code });

    await writeFile(file, whole);
    await service.server.refresh();
    expect(service.server.status()).toMatchObject({ active: id, failure: null });
  });

  it('continues if the new one is missing or has a wrong name', async () => {
    const { tiny } = service;
    await activateTiny(service.index, 'f'.repeat(16), tiny.id);
    await service.server.refresh();
    expect(service.server.status()).toMatchObject({ active: tiny.id, failure: { code: 'file_missing' } });

    const { id } = await writeTinyGeneration(service.index, { seed: 2 });
    const generations = join(service.index, 'generations');
    await rename(join(generations, id), join(generations, 'f'.repeat(16)));
    await service.server.refresh();
    expect(service.server.status()).toMatchObject({ active: tiny.id, failure: { code: 'format_invalid' } });
    expect((await rank(tiny.id)).status).toBe(200);
  });

  it('continues if active.json is broken or missing', async () => {
    const { tiny } = service;
    await writeFile(join(service.index, 'active.json'), '{"generation":');
    await service.server.refresh();
    expect(service.server.status()).toMatchObject({
      active: tiny.id,
      failure: { generation: null, code: 'format_invalid' },
    });
    await rm(join(service.index, 'active.json'));
    await service.server.refresh();
    expect((await rank(tiny.id)).status).toBe(200);
    await activateTiny(service.index, tiny.id);
    await service.server.refresh();
    expect(service.server.status()).toMatchObject({ active: tiny.id, failure: null });
  });
});

describe('a rerank service with an empty index', () => {
  it('listens, reports that it is not ready, and serves as soon as a generation is active', async () => {
    const service = await startTestService({ active: false, settings: { pollMs: 20 } });
    const { tiny } = service;
    expect((await service.get('/healthz')).status).toBe(200);
    expect((await service.get('/readyz')).status).toBe(503);
    const encode = await service.post('/v1/encode', { query: QUERY });
    expect([encode.status, encode.headers.get('retry-after')]).toEqual([503, '5']);
    expect(problemSchema.parse(await encode.json()).code).toBe('encode_unavailable');
    const ranked = await rankTwo(service, tiny.id);
    expect(problemSchema.parse(await ranked.json()).code).toBe('rerank_unavailable');
    const model = await service.get(`/v1/generations/${tiny.id}/query-model`);
    expect(problemSchema.parse(await model.json()).code).toBe('encode_unavailable');

    await activateTiny(service.index, tiny.id);
    await vi.waitFor(async () => expect((await service.get('/readyz')).status).toBe(200), 10_000);
    expect((await service.post('/v1/encode', { query: QUERY })).status).toBe(200);
    await service.close();
  });
});

describe('a generation', () => {
  it('is described by its id, or as the active one, while it is loaded', async () => {
    const service = await startTestService();
    const { tiny } = service;
    const expected = {
      generation: tiny.id,
      collection: tiny.manifest.collections.images,
      images: 7,
      captions: 0,
    };
    for (const id of [tiny.id, 'active']) {
      expect(await (await service.get(`/v1/generations/${id}`)).json()).toEqual(expected);
    }
    const gone = await service.get('/v1/generations/0123456789abcdef');
    expect(problemSchema.parse(await gone.json()).code).toBe('generation_stale');
    await service.close();
  });
});

describe('the query model of a generation', () => {
  it('is sent completely for every loaded generation, and never changes', async () => {
    const service = await startTestService();
    const { tiny } = service;
    const path = (id: string) => `/v1/generations/${id}/query-model`;
    const { id: next } = await writeTinyGeneration(service.index, { seed: 2, images: 4 });
    await activateTiny(service.index, next, tiny.id);
    await service.server.refresh();
    for (const id of [tiny.id, next]) {
      const response = await service.get(path(id));
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('application/octet-stream');
      expect(response.headers.get('cache-control')).toContain('immutable');
      expect(response.headers.get('etag')).toBe(`"${id}"`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      expect(bytes.length).toBe(Number(response.headers.get('content-length')));
      const model = await readQueryModel(bytes, 'it');
      expect([model.generation, model.collection]).toEqual([id, `gsmn-${id}-images`]);
      const head = await service.get(path(id), { method: 'HEAD' });
      expect([
        head.status,
        head.headers.get('content-length'),
        (await head.arrayBuffer()).byteLength,
      ]).toEqual([200, String(bytes.length), 0]);
    }
    const none = await service.get(path('f'.repeat(16)));
    expect([none.status, problemSchema.parse(await none.json()).code]).toEqual([409, 'generation_stale']);
    await service.close();
  });

  it('releases its generation if its reader disconnects', async () => {
    const disposals = vi.fn();
    const service = await startTestService({
      // Large enough that the response waits for its reader.
      tiny: { config: { jointSize: 768 } },
      engines: async (model) => {
        const { encoder, matcher } = await testEngines(model);
        const dispose = async () => {
          disposals(model.config.jointSize);
          await matcher.dispose();
        };
        return { encoder, matcher: { ...matcher, dispose } };
      },
    });
    const { tiny } = service;
    const leaving = new AbortController();
    const response = await service.get(`/v1/generations/${tiny.id}/query-model`, { signal: leaving.signal });
    const reader = response.body?.getReader();
    await reader?.read();
    // Retired, but not while it is read.
    for (const seed of [2, 3]) {
      const { id } = await writeTinyGeneration(service.index, { seed });
      await activateTiny(service.index, id);
      await service.server.refresh();
    }
    expect(disposals).not.toHaveBeenCalled();
    leaving.abort();
    await expect(reader?.closed).rejects.toThrow();
    // It was retired, and its memory freed: nothing uses it any more.
    await vi.waitFor(() => expect(disposals.mock.calls).toEqual([[768]]), 10_000);
    await service.close();
  });
});

describe('closing the rerank service', () => {
  it('finishes running requests, accepts no new ones, and ends with the last response', async () => {
    const engines = heldEngines();
    // If it waited for the connections that callers keep open, it would exceed the test's time.
    const settings = { graceMs: 600_000 };
    const service = await startTestService({ engines: engines.engines, settings });
    engines.hold();
    const running = rankTwo(service, service.tiny.id);
    await vi.waitFor(() => expect(engines.waiting()).toBe(1), 10_000);
    let closed = false;
    const closing = service.server.close().then(() => {
      closed = true;
    });
    await expect(service.get('/healthz')).rejects.toThrow();
    expect(closed).toBe(false);
    engines.release();
    expect((await running).status).toBe(200);
    await closing;
    expect(service.server.status().active).toBeNull();
    await service.close();
  });

  it('aborts requests that take too long', async () => {
    const engines = heldEngines();
    const service = await startTestService({ engines: engines.engines, settings: { graceMs: 20 } });
    engines.hold();
    const running = rankTwo(service, service.tiny.id);
    const broken = expect(running).rejects.toThrow();
    await vi.waitFor(() => expect(engines.waiting()).toBe(1), 10_000);
    await service.server.close();
    await broken;
    engines.release();
    await service.close();
  });
});
