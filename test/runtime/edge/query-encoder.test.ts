import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import encodeRelaxed from '../../../.build/kernels/encode-relaxed.wasm';
import { AppError } from '../../../shared/errors/index.ts';
import type { EncodeResponse } from '../../../shared/schema/index.ts';
import type { EncodedQuery } from '../../../shared/search/ports.ts';
import {
  EdgeQueryEncoder,
  type EdgeQueryEncoderOptions,
} from '../../../workers/edge/search/edge-query-encoder.ts';
import { seededRandom } from '../../support/random.ts';
import type { NodeQueryModel } from '../query-models.ts';
import { edge, ranked } from './fakes.ts';

type Client = EdgeQueryEncoderOptions['client'];

const [FIRST, SECOND] = inject('nodeQueryModels') as [NodeQueryModel, NodeQueryModel];

function bytesOf({ file }: NodeQueryModel): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(file), (character) => character.charCodeAt(0));
}

/** The reranker's response to a sentence that the tests know. */
function answerOf(
  { generation, collection, ranking, queries }: NodeQueryModel,
  text: string,
): EncodeResponse {
  const found = queries.find((query) => query.text === text);
  if (found === undefined) throw new Error(`the tests do not know "${text}"`);
  return { generation, collection, images: 7, ranking, coarse: [...found.coarse], words: [...found.words] };
}

/** Fails for a query of which any part belongs to another generation. */
function expectOf(model: NodeQueryModel, query: EncodedQuery, text: string): void {
  const expected = model.queries.find((one) => one.text === text);
  expect([query.generation, query.collection, query.ranking]).toEqual([
    model.generation,
    model.collection,
    model.ranking,
  ]);
  expect(query.text).toBe(text);
  expect(query.words).toEqual(expected?.words);
  // Equal bits: JSON preserves float32.
  expect([...query.coarse]).toEqual(expected?.coarse);
  if (query.caption === undefined) return;
  expect([...query.caption.words]).toEqual(expected?.nodes);
  expect(query.caption.dependencies).toEqual(expected?.dependencies);
}

/** A reranker with one active generation, which a test may change. */
function reranker() {
  const state = { active: FIRST };
  const encode = vi.fn<Client['encode']>(async ({ query }) => answerOf(state.active, query));
  const queryModel = vi.fn<Client['queryModel']>(async (generation, mostBytes) => {
    const model = [FIRST, SECOND].find((one) => one.generation === generation);
    if (model === undefined) throw new AppError('generation_stale', 'gone');
    const bytes = bytesOf(model);
    if (bytes.length > mostBytes) throw new AppError('request_too_large', `${bytes.length} bytes`);
    return bytes;
  });
  return { state, encode, queryModel };
}

function encoderOver(client: ReturnType<typeof reranker>, changes: Partial<EdgeQueryEncoderOptions> = {}) {
  const log = vi.fn<EdgeQueryEncoderOptions['log']>();
  const encoder = new EdgeQueryEncoder({
    client,
    kernel: async () => encodeRelaxed,
    modelBytes: 1 << 26,
    timeoutMs: { encode: 1000, model: 5000 },
    log,
    ...changes,
  });
  const background: Promise<unknown>[] = [];
  const encode = (text: string, fresh = false) =>
    encoder.encode({ text, understand: true }, fresh, {
      requestId: 'r-1',
      waitUntil: (work) => background.push(work),
    });
  /** Waits until nothing is loaded any more. */
  const loaded = async () => {
    for (let work = background.shift(); work !== undefined; work = background.shift()) await work;
  };
  return { encoder, encode, loaded, background, log };
}

const TEXT = FIRST.queries[0]?.text ?? '';
const texts = FIRST.queries.map(({ text }) => text);

describe('queries in the edge worker', () => {
  it.each([
    ['compares parses', FIRST],
    ['does not', SECOND],
  ])(
    'are encoded by the reranker first, then here with the same bits as in Node: a model that %s',
    async (_, model) => {
      const client = reranker();
      client.state.active = model;
      const { encoder, encode, loaded, log } = encoderOver(client);
      const first = await encode(TEXT);
      expectOf(model, first, TEXT);
      expect([first.kept, first.caption, encoder.generation]).toEqual([false, undefined, undefined]);
      expect(client.queryModel.mock.calls).toEqual([
        [model.generation, 1 << 26, { requestId: 'r-1', timeoutMs: 5000 }],
      ]);
      await loaded();
      expect(encoder.generation).toBe(model.generation);
      expect(log).toHaveBeenCalledWith(
        expect.objectContaining({ level: 'info', generation: model.generation }),
      );
      for (const text of texts) {
        const query = await encode(text);
        expectOf(model, query, text);
        expect([query.kept, query.caption === undefined]).toEqual([true, false]);
      }
      expect(client.encode).toHaveBeenCalledTimes(1);
      expect(client.queryModel).toHaveBeenCalledTimes(1);
    },
  );

  it('are refused like by the reranker', async () => {
    const client = reranker();
    const { encode, loaded, encoder } = encoderOver(client);
    await encode(TEXT);
    await loaded();
    await expect(encode(' ')).rejects.toMatchObject({ code: 'query_empty' });
    await expect(encode('a '.repeat(63))).rejects.toMatchObject({ code: 'query_too_long' });
    expect([client.encode.mock.calls.length, encoder.generation]).toEqual([1, FIRST.generation]);
  });

  it.each([
    ['without a kernel', { kernel: undefined }],
    ['if loading models is disabled', { modelBytes: 0 }],
  ])('are all encoded by the reranker %s', async (_, changes) => {
    const client = reranker();
    const { encode, loaded } = encoderOver(client, changes);
    for (const text of texts) expectOf(FIRST, await encode(text), text);
    await loaded();
    expect([client.encode.mock.calls.length, client.queryModel.mock.calls.length]).toEqual([texts.length, 0]);
  });

  it('are all encoded by the reranker if the generation has no query model, also after one that has', async () => {
    const client = reranker();
    const { encode, loaded, encoder, log } = encoderOver(client);
    await encode(TEXT);
    await loaded();
    expect(encoder.generation).toBe(FIRST.generation);
    client.state.active = SECOND;
    client.encode.mockImplementation(async ({ query }) => ({
      ...answerOf(SECOND, query),
      queryModel: false,
    }));
    log.mockClear();
    expectOf(SECOND, await encode(TEXT, true), TEXT);
    for (const text of texts) expectOf(SECOND, await encode(text), text);
    await loaded();
    expect(encoder.generation).toBeUndefined();
    expect(client.queryModel).toHaveBeenCalledTimes(1);
    expect(log).not.toHaveBeenCalled();
  });

  it('fail with the error of encoding', async () => {
    const client = reranker();
    client.encode.mockRejectedValueOnce(new AppError('unauthorized', 'wrong token'));
    await expect(encoderOver(client).encode(TEXT)).rejects.toMatchObject({ code: 'encode_unavailable' });
  });

  it('load a model once, however many come before it is ready', async () => {
    const client = reranker();
    const { encode, loaded } = encoderOver(client);
    await Promise.all(texts.map((text) => encode(text)));
    await loaded();
    expect(client.queryModel).toHaveBeenCalledTimes(1);
  });
});

describe('a switch of generations', () => {
  it('replaces the complete model, with the reranker in between', async () => {
    const client = reranker();
    const { encoder, encode, loaded } = encoderOver(client);
    await encode(TEXT);
    await loaded();
    client.state.active = SECOND;
    // The kept model does not notice it: the reranker's ranking reports it, and then a fresh encoding is requested.
    expectOf(FIRST, await encode(TEXT), TEXT);
    const fresh = await encode(TEXT, true);
    expectOf(SECOND, fresh, TEXT);
    expect([fresh.kept, encoder.generation]).toEqual([false, undefined]);
    expectOf(SECOND, await encode(TEXT), TEXT);
    await loaded();
    const here = await encode(TEXT);
    expectOf(SECOND, here, TEXT);
    expect([here.kept, encoder.generation]).toEqual([true, SECOND.generation]);
  });

  it('keeps a model that is still active for a fresh encoding', async () => {
    const client = reranker();
    const { encoder, encode, loaded } = encoderOver(client);
    await encode(TEXT);
    await loaded();
    const fresh = await encode(TEXT, true);
    expect([fresh.kept, encoder.generation]).toEqual([false, FIRST.generation]);
    await loaded();
    expect(client.queryModel).toHaveBeenCalledTimes(1);
  });

  it('drops a running load for the old one', async () => {
    const client = reranker();
    const { promise, resolve } = Promise.withResolvers<void>();
    const load = client.queryModel.getMockImplementation() as Client['queryModel'];
    client.queryModel.mockImplementationOnce(async (...call) => {
      await promise;
      return load(...call);
    });
    const { encoder, encode, background } = encoderOver(client);
    await encode(TEXT);
    client.state.active = SECOND;
    expectOf(SECOND, await encode(TEXT), TEXT);
    const [old, current] = background;
    await current;
    expect(encoder.generation).toBe(SECOND.generation);
    resolve();
    await old;
    expect(encoder.generation).toBe(SECOND.generation);
    expectOf(SECOND, await encode(TEXT), TEXT);
  });

  it.each([1, 2, 3, 4])('never mixes two generations in any order of events (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const pause = async () => {
      for (let turns = Math.floor(4 * random()); turns > 0; turns--) {
        await new Promise((done) => setTimeout(done, 0));
      }
    };
    const client = reranker();
    const answer = client.encode.getMockImplementation() as Client['encode'];
    client.encode.mockImplementation(async (...call) => {
      await pause();
      const found = await answer(...call);
      await pause();
      return found;
    });
    const load = client.queryModel.getMockImplementation() as Client['queryModel'];
    client.queryModel.mockImplementation(async (...call) => {
      await pause();
      return load(...call);
    });
    const { encode, loaded } = encoderOver(client);
    const seen = new Set<string>();
    const kept = new Set<boolean>();
    for (let round = 0; round < 15; round++) {
      client.state.active = random() < 0.5 ? FIRST : SECOND;
      await Promise.all(
        Array.from({ length: 6 }, async () => {
          await pause();
          const text = texts[Math.floor(texts.length * random())] ?? TEXT;
          const query = await encode(text, random() < 0.3);
          expectOf(query.generation === FIRST.generation ? FIRST : SECOND, query, text);
          seen.add(query.generation);
          kept.add(query.kept);
        }),
      );
      if (random() < 0.5) await loaded();
    }
    expect([seen.size, kept.size]).toEqual([2, 2]);
  });
});

describe('a model that cannot be loaded', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => vi.useRealTimers());

  const broken =
    (change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>): Client['queryModel'] =>
    async () =>
      change(bytesOf(FIRST));
  const flip = (bytes: Uint8Array<ArrayBuffer>) => {
    bytes[20] = (bytes[20] as number) ^ 0xff;
    return bytes;
  };

  it.each<[string, Client['queryModel'], string]>([
    [
      'is too large',
      async () => Promise.reject(new AppError('request_too_large', 'too large')),
      'request_too_large',
    ],
    [
      'is not available',
      async () => Promise.reject(new AppError('encode_unavailable', 'down')),
      'encode_unavailable',
    ],
    ['is cut off', broken((bytes) => bytes.slice(0, -4)), 'format_invalid'],
    ['is damaged', broken(flip), 'format_invalid'],
    ['is empty', async () => new Uint8Array(), 'format_invalid'],
    ['is of another generation', async () => bytesOf(SECOND), 'fingerprint_mismatch'],
  ])('leaves queries to the reranker, and is loaded again later, if it %s', async (_, queryModel, code) => {
    const client = reranker();
    client.queryModel.mockImplementationOnce(queryModel);
    const { encoder, encode, loaded, log } = encoderOver(client);
    await encode(TEXT);
    await loaded();
    expect(log.mock.calls).toEqual([
      [expect.objectContaining({ level: 'warn', code, generation: FIRST.generation })],
    ]);
    expectOf(FIRST, await encode(TEXT), TEXT);
    await loaded();
    expect([encoder.generation, client.queryModel.mock.calls.length]).toEqual([undefined, 1]);

    vi.advanceTimersByTime(29_000);
    await encode(TEXT);
    await loaded();
    expect(client.queryModel).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(2000);
    await encode(TEXT);
    await loaded();
    expect([encoder.generation, client.queryModel.mock.calls.length]).toEqual([FIRST.generation, 2]);
  });

  it('is replaced at once if the generation changes', async () => {
    const client = reranker();
    client.queryModel.mockRejectedValueOnce(new AppError('request_too_large', 'too large'));
    const { encoder, encode, loaded } = encoderOver(client);
    await encode(TEXT);
    await loaded();
    client.state.active = SECOND;
    await encode(TEXT);
    await loaded();
    expect(encoder.generation).toBe(SECOND.generation);
  });

  it('is loaded again if the request that loaded it was lost', async () => {
    const client = reranker();
    const { promise, resolve } = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
    client.queryModel.mockImplementationOnce(() => promise);
    const { encoder, encode, background } = encoderOver(client);
    await encode(TEXT);
    vi.advanceTimersByTime(59_000);
    await encode(TEXT);
    expect(client.queryModel).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(2000);
    await encode(TEXT);
    await background[1];
    expect([encoder.generation, client.queryModel.mock.calls.length]).toEqual([FIRST.generation, 2]);
    // The first load ends after all, but is not needed any more.
    resolve(new Uint8Array());
    await background[0];
    expect(encoder.generation).toBe(FIRST.generation);
  });

  it('is reported as the kernel if the kernel is missing', async () => {
    const client = reranker();
    const { encode, loaded, log } = encoderOver(client, {
      kernel: async () => Promise.reject(new AppError('backend_unavailable', 'no such module')),
    });
    await encode(TEXT);
    await loaded();
    expect(log).toHaveBeenCalledWith(expect.objectContaining({ level: 'warn', code: 'backend_unavailable' }));
    expectOf(FIRST, await encode(TEXT), TEXT);
  });

  it('is dropped if it fails later, and the query is still answered', async () => {
    const client = reranker();
    const { encoder, encode, loaded, log } = encoderOver(client);
    await encode(TEXT);
    await loaded();
    const memory = vi.spyOn(Float32Array.prototype, 'set').mockImplementationOnce(() => {
      throw new RangeError('out of memory');
    });
    const query = await encode(texts[1] ?? '');
    memory.mockRestore();
    expectOf(FIRST, query, texts[1] ?? '');
    expect([query.kept, encoder.generation]).toEqual([false, undefined]);
    expect(log).toHaveBeenLastCalledWith(expect.objectContaining({ level: 'error', code: 'internal' }));
    await loaded();
    expect(client.queryModel).toHaveBeenCalledTimes(1);
  });
});

describe('a search with a query that was encoded here', () => {
  const context = () => {
    const background: Promise<unknown>[] = [];
    const waitUntil = (work: Promise<unknown>) => void background.push(work);
    return { background, executionCtx: { waitUntil, passThroughOnException: () => {}, props: {} } };
  };
  const path = `/v1/search?${new URLSearchParams({ q: TEXT, limit: '3' })}`;

  /** The app with a reranker, after its first search and the load that this starts. */
  async function warm() {
    const { state, encode, queryModel } = reranker();
    const services = edge({ rerank: { encode, queryModel }, kernel: async () => encodeRelaxed });
    const { executionCtx, background } = context();
    const search = () => services.app.request(path, {}, {}, executionCtx);
    expect((await search()).status).toBe(200);
    await Promise.all(background);
    return { ...services, state, encode, search };
  }

  it('calls only Qdrant and the reranker, with the encoded query', async () => {
    const { search, encode, rank, recall } = await warm();
    expect(rank.mock.calls[0]?.[0].query).toBe(TEXT);
    const response = await search();
    expect(response.status).toBe(200);
    expect(encode).toHaveBeenCalledTimes(1);
    const expected = FIRST.queries[0];
    const [collection, vector] = recall.mock.lastCall ?? [];
    expect([collection, vector]).toEqual([FIRST.collection, expected?.coarse]);
    const { query, generation } = rank.mock.lastCall?.[0] ?? {};
    expect(generation).toBe(FIRST.generation);
    if (typeof query !== 'object' || !('nodes' in query))
      throw new Error('the query was not sent in its encoded form');
    const floats = (text: string) => [
      ...new Float32Array(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer),
    ];
    expect(query.words).toEqual(expected?.searched);
    expect([floats(query.coarse), floats(query.nodes)]).toEqual([expected?.coarse, expected?.nodes]);
    expect(query.dependencies).toEqual(expected?.dependencies);
  });

  it.each([
    [
      'names another active generation',
      async (request: Parameters<typeof ranked>[0]) => ranked(request, { active: SECOND.generation }),
    ],
    [
      'does not have the generation any more',
      async () => Promise.reject(new AppError('generation_stale', 'gone')),
    ],
  ])('is repeated if the reranker %s', async (_, first) => {
    const { search, encode, rank, state } = await warm();
    rank.mockClear();
    state.active = SECOND;
    rank.mockImplementationOnce(first);
    const response = await search();
    expect(await response.json()).toMatchObject({ generation: SECOND.generation, stage: 'rerank' });
    expect(encode).toHaveBeenCalledTimes(2);
    expect(rank.mock.calls.map(([{ generation }]) => generation)).toEqual([
      FIRST.generation,
      SECOND.generation,
    ]);
    expect(rank.mock.calls.map(([{ query }]) => typeof query)).toEqual(['object', 'string']);
  });
});
