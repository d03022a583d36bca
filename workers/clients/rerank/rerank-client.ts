import type { z } from 'zod';
import { AppError, type ErrorCode } from '../../../shared/errors/index.ts';
import {
  type EncodeRequest,
  type EncodeResponse,
  encodeResponseSchema,
  type ParseResponse,
  parseResponseSchema,
  type RankAllRequest,
  type RankAllResponse,
  type RerankRequest,
  type RerankResponse,
  rankAllResponseSchema,
  rerankResponseSchema,
} from '../../../shared/schema/index.ts';
import type { CallOptions } from '../call/call-policy.ts';
import { CallPolicy, type CallPolicyOptions, DEFAULT_CALL_POLICY } from '../call/call-policy.ts';
import { rerankError } from './rerank-error.ts';

export interface RerankClientOptions extends Partial<CallPolicyOptions> {
  /** Address of the rerank service, e.g. `http://127.0.0.1:8788`; a path in it is kept. */
  readonly url: string;
  /** Service token, sent as `Authorization: Bearer …`. */
  readonly token?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** A sentence, and which generation's model reads it; the active one's when absent. */
type ParseRequest = Pick<EncodeRequest, 'query' | 'generation'>;

/** The rerank service, as its callers see it. */
export interface RerankClient {
  /** The coarse vector of a sentence. Throws `encode_unavailable`, `timeout`, or what the service says of the query. */
  encode(request: EncodeRequest, call?: CallOptions): Promise<EncodeResponse>;
  /**
   * The graph of a sentence's words. Throws as `encode` does: a service that cannot parse is one that cannot read the query,
   * yet it may still encode others.
   */
  parse(request: ParseRequest, call?: CallOptions): Promise<ParseResponse>;
  /** GSMN scores of the given images, in no particular order. Throws `rerank_unavailable`, `timeout`, `generation_missing`. */
  rerank(request: RerankRequest, call?: CallOptions): Promise<RerankResponse>;
  /**
   * The best of all images of a generation. Throws `request_too_large` for one with more images than the service allows,
   * `rerank_unavailable`, `timeout`, `generation_missing`.
   */
  rankAll(request: RankAllRequest, call?: CallOptions): Promise<RankAllResponse>;
}

export function createRerankClient(options: RerankClientOptions): RerankClient {
  const base = new URL(options.url.endsWith('/') ? options.url : `${options.url}/`);
  const send = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const policy = { ...DEFAULT_CALL_POLICY, ...options };
  const encode = new CallPolicy('the query encoder', 'encode_unavailable', policy);
  // A circuit of its own: without its parser's file the service still encodes.
  const parseWords = new CallPolicy('the query parser', 'encode_unavailable', policy);
  const rerank = new CallPolicy('the reranker', 'rerank_unavailable', policy);
  // A circuit of its own: large work that is late says nothing of shortlists. And it is not done twice.
  const rankAll = new CallPolicy('the exhaustive ranking', 'rerank_unavailable', { ...policy, retries: 0 });

  async function post<S extends z.ZodType>(
    path: string,
    body: unknown,
    schema: S,
    unavailable: ErrorCode,
    signal: AbortSignal,
    call: CallOptions | undefined,
  ): Promise<z.output<S>> {
    const url = new URL(path, base);
    let response: Response;
    let text: string;
    try {
      response = await send(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
          ...(call?.requestId ? { 'x-request-id': call.requestId } : {}),
        },
        body: JSON.stringify(body),
        signal,
      });
      text = await response.text();
    } catch (error) {
      throw new AppError(unavailable, `the rerank service at ${base.host} cannot be reached`, {
        hint: 'Check that it runs and that RERANK_URL names it.',
        cause: error,
      });
    }
    if (!response.ok) throw rerankError(response, text, unavailable, base.host);
    return readAnswer(text, schema, unavailable, url);
  }

  return {
    encode: (request, call) =>
      encode.run(
        (signal) => post('v1/encode', request, encodeResponseSchema, 'encode_unavailable', signal, call),
        call,
      ),
    parse: (request, call) =>
      parseWords.run(
        (signal) => post('v1/parse', request, parseResponseSchema, 'encode_unavailable', signal, call),
        call,
      ),
    rerank: (request, call) =>
      rerank.run(
        (signal) => post('v1/rerank', request, rerankResponseSchema, 'rerank_unavailable', signal, call),
        call,
      ),
    rankAll: (request, call) =>
      rankAll.run(
        (signal) => post('v1/rank-all', request, rankAllResponseSchema, 'rerank_unavailable', signal, call),
        call,
      ),
  };
}

function readAnswer<S extends z.ZodType>(text: string, schema: S, code: ErrorCode, url: URL): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new AppError(code, `${url.host}${url.pathname} answered with something that is not JSON`, {
      hint: 'Check that RERANK_URL names the rerank service and not something before it.',
      cause: error,
    });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new AppError(
    code,
    `${url.host}${url.pathname} answered with something unexpected: ${issue?.path.join('.')}: ${issue?.message}`,
    { hint: 'Deploy the edge worker and the rerank service from the same version.', cause: result.error },
  );
}
