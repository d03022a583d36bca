import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../shared/errors/index.ts';
import { encodeImageResponseSchema, problemSchema } from '../../shared/schema/index.ts';
import type { ImageFileEncoder } from '../../shared/search/image-file-encoder.ts';
import { startTestService, type TestService, type TestServiceOptions } from '../support/rerank-service.ts';

const PATH = '/v1/encode-image';
const FILE = new Uint8Array([7, 8, 9]);
const HEADERS = { 'content-type': 'image/jpeg' };

const services: TestService[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.close();
});

/** A service whose images are encoded by this. */
async function serving(encode: ImageFileEncoder['encode'] | undefined, options: TestServiceOptions = {}) {
  const close = vi.fn(async () => {});
  const service = await startTestService({
    ...options,
    ...(encode && { images: () => ({ encode, close }) }),
  });
  services.push(service);
  const send = (body: BodyInit | null = FILE, init: RequestInit = {}) =>
    fetch(`${service.server.url}${PATH}`, { method: 'POST', body, headers: HEADERS, ...init });
  return { service, send, close };
}

async function problem(response: Response | Promise<Response>) {
  const answer = await response;
  const body = problemSchema.parse(await answer.json());
  expect(body.status).toBe(answer.status);
  return body;
}

describe('images that the reranker encodes', () => {
  it('are read whole, and answered with the generation that they are encoded for', async () => {
    const encode = vi.fn<ImageFileEncoder['encode']>(async () => Float32Array.of(0.6, 0.8));
    const { service, send, close } = await serving(encode);
    const answer = encodeImageResponseSchema.parse(await (await send()).json());
    expect(answer).toMatchObject({ generation: service.tiny.id, grouped: false });
    expect(answer.images).toBeGreaterThan(0);
    expect(answer.coarse).toEqual([...Float32Array.of(0.6, 0.8)]);
    expect(encode.mock.calls[0]?.[0]).toEqual(FILE);
    await send(FILE, { headers: { 'content-type': 'application/octet-stream' } });
    expect(encode).toHaveBeenCalledTimes(2);
    expect(JSON.stringify(service.lines)).not.toMatch(/"7,8,9|\[7,8,9/);
    await service.server.close();
    expect(close).toHaveBeenCalledTimes(1);
  });

  it('are refused where nothing encodes them', async () => {
    const { send } = await serving(undefined);
    const refused = await problem(send());
    expect([refused.status, refused.code]).toEqual([404, 'image_encoder_missing']);
  });

  it('are refused if they are declared as something else, or too large', async () => {
    const encode = vi.fn<ImageFileEncoder['encode']>();
    const { send } = await serving(encode, { settings: { imageBytes: 1000 } });
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x'])
      expect((await problem(send(FILE, { headers: { 'content-type': type } }))).code).toBe(
        'content_type_refused',
      );
    const pieces = new Blob([new Uint8Array(5000)]).stream();
    for (const body of [new Uint8Array(1001), pieces]) {
      const refused = await problem(send(body, { duplex: 'half' } as RequestInit));
      expect([refused.status, refused.code]).toEqual([413, 'request_too_large']);
    }
    expect(encode).not.toHaveBeenCalled();
  });

  it('that cannot be read are an error of the caller, which is no error in the log', async () => {
    const { service, send } = await serving(async () => {
      throw new AppError('image_invalid', 'The image is truncated or damaged.');
    });
    const refused = await problem(send());
    expect([refused.status, refused.code]).toEqual([422, 'image_invalid']);
    expect(service.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('wait in a queue of their own, and are refused when it is full', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let atOnce = 0;
    const { service, send } = await serving(async () => {
      atOnce++;
      await promise;
      return Float32Array.of(1);
    });
    const all = Array.from({ length: 25 }, () => send());
    const refused = await Promise.race(all);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await problem(refused)).code).toBe('overloaded');
    expect(atOnce).toBe(2);
    // Sentences do not wait for them.
    expect((await service.post('/v1/encode', { query: 'a dog' })).status).toBe(200);
    resolve();
    const statuses = (await Promise.all(all)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(18);
    expect(statuses.filter((status) => status === 503)).toHaveLength(7);
  });

  it('are given up when the caller leaves, or their time is over', async () => {
    const signals: AbortSignal[] = [];
    const { service, send } = await serving((_file, signal) => {
      signals.push(signal);
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    });
    const leaving = new AbortController();
    const left = send(FILE, { signal: leaving.signal }).catch(() => 'left');
    await vi.waitFor(() => expect(signals).toHaveLength(1), { timeout: 20_000 });
    leaving.abort();
    expect(await left).toBe('left');
    await vi.waitFor(() => expect(signals[0]?.aborted).toBe(true), { timeout: 20_000 });
    const late = await problem(send(FILE, { headers: { ...HEADERS, 'x-timeout-ms': '20' } }));
    expect(late.code).toBe('timeout');
    expect(await service.metric('gsmn_rerank_requests_held{kind="images",state="running"}')).toBe(0);
  });
});
