import { describe, expect, it, vi } from 'vitest';
import { AppError, type ErrorCode } from '../../../shared/errors/index.ts';
import { nearImagesSchema } from '../../../shared/schema/index.ts';
import { listedKeys } from '../../../workers/edge/keys/key-store.ts';
import { keysOf, testKey } from '../../support/keys.ts';
import { problem } from './answers.ts';
import { type EdgeChanges, edge, GENERATION } from './fakes.ts';

const PATH = '/v1/images/search';
const FILE = new Uint8Array([0xff, 0xd8, 0xff, 1, 2, 3]);

const sent = (
  body: BodyInit | null = FILE,
  headers: Record<string, string> = { 'content-type': 'image/jpeg' },
) => ({ method: 'POST', body, headers });

async function found(response: Response) {
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(response.headers.has('etag')).toBe(false);
  return nearImagesSchema.parse(await response.json());
}

/** A reranker that answers when it is released. */
function held(changes: EdgeChanges = {}) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const signals: (AbortSignal | undefined)[] = [];
  const parts = edge({
    ...changes,
    rerank: {
      encodeImage: async (_file, call) => {
        signals.push(call?.signal);
        await promise;
        return { generation: GENERATION, collection: 'images', images: 10, coarse: [1] };
      },
    },
  });
  const ask = async () => parts.app.request(PATH, sent());
  return { ...parts, ask, signals, release: resolve };
}

describe('a search with an image', () => {
  it('sends the file to the reranker and lists the nearest images, with what ordered them', async () => {
    const { app, encodeImage, recall } = edge({ imageWidths: [320] });
    const { images, ...answer } = await found(await app.request(`${PATH}?limit=3`, sent()));
    expect(answer).toEqual({ generation: GENERATION, stage: 'recall', total: 10, limit: 3 });
    expect(images.map(({ id, score, image }) => [id, score, image.name, image.widths])).toEqual([
      [0, 0.9, '0.png', [320]],
      [1, 0.8, '1.png', [320]],
      [2, 0.7, '2.png', [320]],
    ]);
    expect(encodeImage.mock.calls[0]?.[0]).toEqual(FILE);
    expect(recall.mock.calls[0]?.slice(0, 3)).toEqual([`images-${GENERATION}`, [0.6, 0.8], 3].map(float));
  });

  it('encodes again, once, if the generation is replaced meanwhile', async () => {
    const recall = vi
      .fn()
      .mockRejectedValueOnce(new AppError('not_found', 'there is no collection'))
      .mockResolvedValue([{ id: 4, score: 0.5 }]);
    const { app, encodeImage } = edge({ qdrant: { recall } });
    const { images } = await found(await app.request(PATH, sent()));
    expect(images.map(({ id }) => id)).toEqual([4]);
    expect(encodeImage).toHaveBeenCalledTimes(2);
    recall.mockRejectedValue(new AppError('not_found', 'there is no collection'));
    expect((await problem(await app.request(PATH, sent()))).code).toBe('recall_unavailable');
  });

  it.each([
    ['image_invalid', 422, 'is damaged'],
    ['request_too_large', 413, 'is damaged'],
    ['image_encoder_missing', 404, 'is damaged'],
    ['overloaded', 503, 'too many'],
    ['timeout', 504, 'in time'],
    ['internal', 503, 'does not respond'],
  ] as [ErrorCode, number, string][])('says what is wrong: %s', async (code, status, text) => {
    const { app, log } = edge({
      rerank: {
        encodeImage: async () => {
          throw new AppError(code, 'The image is damaged.', { hint: 'Send another one.' });
        },
      },
    });
    const body = await problem(await app.request(PATH, sent()));
    expect([body.status, body.detail]).toEqual([status, expect.stringContaining(text)]);
    expect(JSON.stringify(log.mock.calls)).not.toContain(String(FILE));
  });

  it('reads no more than a file may have, whatever the headers say', async () => {
    const { app, encodeImage } = edge({ queryImageBytes: 100 });
    for (const body of [new Uint8Array(101), new Blob([new Uint8Array(1000)]).stream()]) {
      const refused = await problem(
        await app.request(PATH, { ...sent(body), duplex: 'half' } as RequestInit),
      );
      expect([refused.status, refused.code]).toEqual([413, 'request_too_large']);
    }
    expect(encodeImage).not.toHaveBeenCalled();
    await found(await app.request(PATH, sent(new Uint8Array(100))));
  });

  it('refuses a body that is declared as something else, and every body where it takes none', async () => {
    const { app, encodeImage } = edge();
    for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=a', '']) {
      const refused = await problem(await app.request(PATH, sent(FILE, { 'content-type': type })));
      expect([type, refused.status]).toEqual([type, 415]);
    }
    const without = edge({ queryImageBytes: 0 });
    expect((await problem(await without.app.request(PATH, sent()))).code).toBe('image_encoder_missing');
    expect(encodeImage).not.toHaveBeenCalled();
    for (const type of ['application/octet-stream', 'IMAGE/PNG', 'image/svg+xml; charset=utf-8'])
      await found(await app.request(PATH, sent(FILE, { 'content-type': type })));
  });

  it.each([
    'limit=0',
    'limit=101',
    'offset=1',
    'after=x',
    'like=3',
    'collapse=1',
    'filter=(',
    'limit=2&limit=3',
  ])('refuses %s before it reads anything', async (query) => {
    const { app, encodeImage } = edge();
    const refused = await problem(await app.request(`${PATH}?${query}`, sent()));
    expect([refused.status, refused.code]).toEqual([400, 'request_invalid']);
    expect(encodeImage).not.toHaveBeenCalled();
  });

  it('holds four files at once; the others wait their turn, and then are refused', async () => {
    const { ask, signals, release } = held({ waitMs: 50 });
    const all = Array.from({ length: 6 }, ask);
    const late = await Promise.all(all.slice(4));
    for (const response of late) {
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await problem(response)).code).toBe('overloaded');
    }
    expect(signals).toHaveLength(4);
    release();
    for (const response of await Promise.all(all.slice(0, 4))) await found(response);
    await found(await ask());
  });

  it('does not keep searches with sentences waiting', async () => {
    const { app, ask, release } = held();
    const all = Array.from({ length: 8 }, ask);
    expect((await app.request('/v1/search?q=two%20zebroids')).status).toBe(200);
    release();
    await Promise.all(all);
  });

  it('gives up a file that does not arrive in time', async () => {
    const { app, encodeImage } = edge();
    const never = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => {}) });
    const refused = await problem(await app.request(PATH, { ...sent(never), duplex: 'half' } as RequestInit));
    expect([refused.status, refused.detail]).toEqual([400, expect.stringContaining('within 1 seconds')]);
    expect(encodeImage).not.toHaveBeenCalled();
  });

  it('passes on that the caller has left', async () => {
    const { app, signals, release } = held();
    const leaving = new AbortController();
    const asked = app.request(
      new Request(`https://search.example${PATH}`, { ...sent(), signal: leaving.signal }),
    );
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    leaving.abort();
    expect(signals[0]?.aborted).toBe(true);
    release();
    await asked;
  });

  it('is never in the query log', async () => {
    const searched = vi.fn();
    const sampled = vi.fn(() => 'id');
    const { app } = edge({
      observedBy: { observers: [], queryLog: { searched, sampled } as never },
    });
    await found(await app.request(PATH, sent()));
    expect(sampled).not.toHaveBeenCalled();
    expect(searched).not.toHaveBeenCalled();
  });
});

describe('a search with an image and a key', () => {
  const withKey = async (perMinute: { readonly cost: number }) => {
    const key = await testKey('publishable', { perMinute });
    const parts = edge({
      keys: { store: listedKeys(keysOf(key), 'SEARCH_KEYS'), imageSecret: 'x'.repeat(32) },
    });
    const ask = () =>
      parts.app.request(
        PATH,
        sent(FILE, { 'content-type': 'image/jpeg', authorization: `Bearer ${key.key}` }),
      );
    return { ...parts, ask };
  };

  it('needs one, costs ten of what it may spend, and is kept by nobody', async () => {
    const { app, ask, encodeImage } = await withKey({ cost: 25 });
    expect((await problem(await app.request(PATH, sent()))).code).toBe('unauthorized');
    const { images } = await found(await ask());
    expect(images[0]?.image.url).toMatch(/^\/images\/~/);
    await found(await ask());
    const refused = await ask();
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await problem(refused)).code).toBe('rate_limited');
    expect(encodeImage).toHaveBeenCalledTimes(2);
  });

  it('is refused with a key that may never spend that much', async () => {
    const { ask, encodeImage } = await withKey({ cost: 9 });
    const refused = await problem(await ask());
    expect([refused.status, refused.detail]).toEqual([400, expect.stringContaining('costs 10')]);
    expect(encodeImage).not.toHaveBeenCalled();
  });
});

/** Vectors are float32 on their way. */
function float(value: unknown): unknown {
  return Array.isArray(value) ? [...Float32Array.from(value)] : value;
}
