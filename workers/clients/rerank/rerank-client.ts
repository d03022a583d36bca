import type { z } from 'zod';
import { AppError, type ErrorCode } from '../../../shared/errors/index.ts';
import {
  type CaptionsRequest,
  type CaptionsResponse,
  captionsResponseSchema,
  type EncodeImageResponse,
  type EncodeRequest,
  type EncodeResponse,
  encodeImageResponseSchema,
  encodeResponseSchema,
  type GenerationResponse,
  generationResponseSchema,
  type ParseResponse,
  parseResponseSchema,
  type RankRequest,
  type RankResponse,
  rankResponseSchema,
  TIMEOUT_HEADER,
} from '../../../shared/schema/index.ts';
import {
  type Attempt,
  type CallOptions,
  CallPolicy,
  type CallPolicyOptions,
  callHeaders,
  DEFAULT_CALL_POLICY,
} from '../call/call-policy.ts';
import { serviceAddress } from '../call/service-address.ts';
import { rerankError } from './rerank-error.ts';

export interface RerankClientOptions extends Partial<CallPolicyOptions> {
  /** Address of the rerank service, e.g. `http://127.0.0.1:8788`; a path in it is kept. */
  readonly url: string;
  /** Service token, sent as `Authorization: Bearer …`. */
  readonly token?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** The rerank service for its callers. */
export interface RerankClient {
  /**
   * A sentence as vector database and reranker need it. Throws `encode_unavailable`, `timeout`, or the service's error
   * about the query.
   */
  encode(request: EncodeRequest, call?: CallOptions): Promise<EncodeResponse>;
  /**
   * An image file as the vector database needs it. Throws as `encode` does, `image_invalid` and `image_encoder_missing`; it is not
   * repeated.
   */
  encodeImage(file: Uint8Array<ArrayBuffer>, call?: CallOptions): Promise<EncodeImageResponse>;
  /**
   * The parse of a sentence. Throws as `encode` does: a service that cannot parse cannot read the query, but it may
   * still encode others.
   */
  parse(request: EncodeRequest, call?: CallOptions): Promise<ParseResponse>;
  /**
   * A page of images in their final order. Throws `rerank_unavailable`, `timeout`, `generation_stale`; for all images of a
   * generation `request_too_large` if there are more than the service allows.
   */
  rank(request: RankRequest, call?: CallOptions): Promise<RankResponse>;
  /** The captions of a generation that fit an image. Throws as `rank` does. */
  captions(request: CaptionsRequest, call?: CallOptions): Promise<CaptionsResponse>;
  /** A generation, the active one by default. Throws `encode_unavailable`, `timeout`, `generation_stale`. */
  generation(id: string | undefined, call?: CallOptions): Promise<GenerationResponse>;
  /**
   * The query model of a generation. Throws `encode_unavailable`, `timeout`, `generation_stale`; `request_too_large` for
   * more than `mostBytes`.
   */
  queryModel(generation: string, mostBytes: number, call?: CallOptions): Promise<Uint8Array<ArrayBuffer>>;
}

export function createRerankClient(options: RerankClientOptions): RerankClient {
  const base = serviceAddress(
    options.url.endsWith('/') ? options.url : `${options.url}/`,
    'a reranker',
    'RERANK_URL',
  );
  const send = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const policy = { ...DEFAULT_CALL_POLICY, ...options };
  const encode = new CallPolicy('the query encoder', 'encode_unavailable', policy);
  // A separate circuit: without its parser's file the service still encodes.
  const parseWords = new CallPolicy('the query parser', 'encode_unavailable', policy);
  // A separate circuit: images take long, and what they need may be missing where sentences are read. And a file is not sent twice.
  const encodeImage = new CallPolicy('the image encoder', 'encode_unavailable', { ...policy, retries: 0 });
  const rank = new CallPolicy('the reranker', 'rerank_unavailable', policy);
  // A separate circuit: damaged captions say nothing about images.
  const rankTexts = new CallPolicy('the caption ranking', 'rerank_unavailable', policy);
  const queryModel = new CallPolicy('the query model', 'encode_unavailable', { ...policy, retries: 0 });
  // A separate circuit: large work that is late says nothing about shortlists. And it is not repeated.
  const rankAll = new CallPolicy('the exhaustive ranking', 'rerank_unavailable', { ...policy, retries: 0 });

  /** One attempt; the caller reads the body of the response. */
  async function request(
    path: string,
    unavailable: ErrorCode,
    { signal, deadline }: Attempt,
    call: CallOptions | undefined,
    {
      type = 'application/json',
      ...init
    }: Pick<RequestInit, 'method' | 'body'> & { readonly type?: string } = {},
  ): Promise<Response> {
    let response: Response;
    try {
      response = await send(new URL(path, base), {
        ...init,
        headers: {
          [TIMEOUT_HEADER]: String(Math.max(1, Math.floor(deadline - performance.now()))),
          ...(init.body === undefined ? {} : { 'content-type': type }),
          ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
          ...callHeaders(call),
        },
        signal,
      });
      if (response.ok) return response;
    } catch (error) {
      throw unreachable(unavailable, error);
    }
    const text = await response.text().catch((error: unknown) => {
      throw unreachable(unavailable, error);
    });
    throw rerankError(response, text, unavailable, base.host);
  }

  function unreachable(unavailable: ErrorCode, cause: unknown): AppError {
    return new AppError(unavailable, `the rerank service at ${base.host} cannot be reached`, {
      hint: 'Check that it runs and that RERANK_URL names it.',
      cause,
    });
  }

  /** A call with JSON, or an image file, which is answered with JSON. */
  function post<S extends z.ZodType>(
    path: string,
    body: unknown,
    schema: S,
    unavailable: ErrorCode,
    callPolicy: CallPolicy,
    call: CallOptions | undefined,
  ): Promise<z.output<S>> {
    return callPolicy.run(async (attempt) => {
      const init =
        body instanceof Uint8Array
          ? { method: 'POST', body: body as Uint8Array<ArrayBuffer>, type: 'application/octet-stream' }
          : { method: 'POST', body: JSON.stringify(body) };
      const response = await request(path, unavailable, attempt, call, init);
      const text = await response.text().catch((error: unknown) => {
        throw unreachable(unavailable, error);
      });
      return readAnswer(text, schema, unavailable, new URL(path, base));
    }, call);
  }

  return {
    encode: (body, call) => post('v1/encode', body, encodeResponseSchema, 'encode_unavailable', encode, call),
    encodeImage: (file, call) =>
      post('v1/encode-image', file, encodeImageResponseSchema, 'encode_unavailable', encodeImage, call),
    parse: (body, call) =>
      post('v1/parse', body, parseResponseSchema, 'encode_unavailable', parseWords, call),
    rank: (body, call) =>
      post(
        'v1/rank',
        body,
        rankResponseSchema,
        'rerank_unavailable',
        body.candidates === 'all' ? rankAll : rank,
        call,
      ),
    captions: (body, call) =>
      post('v1/captions', body, captionsResponseSchema, 'rerank_unavailable', rankTexts, call),
    generation: (id = 'active', call) =>
      encode.run(async (attempt) => {
        const path = `v1/generations/${encodeURIComponent(id)}`;
        const response = await request(path, 'encode_unavailable', attempt, call);
        const text = await response.text().catch((error: unknown) => {
          throw unreachable('encode_unavailable', error);
        });
        return readAnswer(text, generationResponseSchema, 'encode_unavailable', new URL(path, base));
      }, call),
    queryModel: (generation, mostBytes, call) =>
      queryModel.run(async (attempt) => {
        const path = `v1/generations/${encodeURIComponent(generation)}/query-model`;
        const response = await request(path, 'encode_unavailable', attempt, call);
        return readBytes(response, mostBytes).catch((error: unknown) => {
          throw error instanceof AppError ? error : unreachable('encode_unavailable', error);
        });
      }, call),
  };
}

/** All bytes of a body. @throws AppError `request_too_large` for more than `most` */
async function readBytes({ headers, body }: Response, most: number): Promise<Uint8Array<ArrayBuffer>> {
  if (body === null) return new Uint8Array();
  // A proxy may compress it: then the length, if there is one, is that of the compressed bytes.
  const size = headers.has('content-encoding') ? 0 : Number(headers.get('content-length'));
  if (size > most) {
    await body.cancel();
    throw tooLarge(size, most);
  }
  return size > 0 ? readInPlace(body, size) : readPieces(body, most);
}

function tooLarge(bytes: number, most: number): AppError {
  return new AppError(
    'request_too_large',
    `the query model has ${bytes} bytes or more, at most ${most} are loaded`,
  );
}

/** A body of known size, read into one buffer: collecting the pieces first would need twice the memory. */
async function readInPlace(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader({ mode: 'byob' });
  let buffer = new ArrayBuffer(size);
  let at = 0;
  while (at < size) {
    const { value, done } = await reader.read(new Uint8Array(buffer, at));
    if (value === undefined) break;
    // The buffer was transferred to the stream and is returned.
    buffer = value.buffer;
    at += value.byteLength;
    if (done) break;
  }
  if (at === size) return new Uint8Array(buffer);
  throw new Error(`${at} of ${size} bytes arrived`);
}

async function readPieces(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  most: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const reader = body.getReader();
  let bytes = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    bytes += piece.value.byteLength;
    pieces.push(piece.value);
    if (bytes > most) {
      await reader.cancel();
      throw tooLarge(bytes, most);
    }
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

function readAnswer<S extends z.ZodType>(text: string, schema: S, code: ErrorCode, url: URL): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AppError(code, `${url.host}${url.pathname} returned something that is not JSON`, {
      hint: 'Check that RERANK_URL names the rerank service, and not a proxy with pages of its own.',
      cause: error,
    });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new AppError(
    code,
    `${url.host}${url.pathname} returned something unexpected: ${issue?.path.join('.')}: ${issue?.message}`,
    { hint: 'Deploy the edge worker and the rerank service from the same version.', cause: result.error },
  );
}
