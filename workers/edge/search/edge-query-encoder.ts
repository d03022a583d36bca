import { createSimdCaptionEncoder } from '../../../shared/encode/simd-caption-encoder.ts';
import { AppError, type ErrorCode, toAppError } from '../../../shared/errors/index.ts';
import { bytesSource } from '../../../shared/formats/byte-source.ts';
import { readParser } from '../../../shared/parse/parser-file.ts';
import { createSimdParser } from '../../../shared/parse/simd/simd-parser.ts';
import { openTextEncoder } from '../../../shared/retrieval/text-encoders.ts';
import { LocalQueryEncoder } from '../../../shared/search/local-query-encoder.ts';
import type { AskedQuery, EncodedQuery } from '../../../shared/search/ports.ts';
import { readQueryModel } from '../../../shared/search/query-model.ts';
import type { CallOptions, RerankClient } from '../../clients/index.ts';
import type { Log } from '../http/edge-env.ts';
import { serviceError } from './service-error.ts';

export interface EdgeQueryEncoderOptions {
  readonly client: Pick<RerankClient, 'encode' | 'queryModel'>;
  /** The kernel that encodes captions; without it the reranker encodes every query. */
  readonly kernel?: (() => Promise<WebAssembly.Module>) | undefined;
  /** The largest query model that is loaded, in bytes; 0 leaves all encoding to the reranker. */
  readonly modelBytes: number;
  readonly timeoutMs: { readonly encode: number; readonly model: number };
  readonly log: Log;
}

export interface EdgeCall extends Pick<CallOptions, 'signal' | 'requestId' | 'traceparent'> {
  /** Lets work continue after the response was sent. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** Memory for encoded queries: a few hundred at D 256. */
const CACHE_BYTES = 4 << 20;
/** A load that has not ended by then is lost: Workers may end it with the request that started it. */
const LOST_MS = 60_000;
/** Pause before trying again to load a model after a failure. */
const RETRY_MS = 30_000;

const ABOUT_THE_QUERY: readonly ErrorCode[] = ['query_empty', 'query_too_long'];

interface Kept {
  readonly generation: string;
  readonly encoder: LocalQueryEncoder;
}

interface Loading {
  readonly generation: string;
  /** No other load of the same generation before then, by `performance.now()`. */
  readonly until: number;
}

/**
 * Encodes queries in the edge worker with the query model of the active generation, once it is loaded. Until then, for models
 * that are too large, and for generations that have none, the reranker encodes. An isolate holds one model; the model of another generation replaces it completely.
 */
export class EdgeQueryEncoder {
  readonly #options: EdgeQueryEncoderOptions;
  #kept: Kept | undefined;
  #loading: Loading | undefined;

  constructor(options: EdgeQueryEncoderOptions) {
    this.#options = options;
  }

  /** Id of the generation whose model is loaded. */
  get generation(): string | undefined {
    return this.#kept?.generation;
  }

  /** As `QueryEncoder`; `fresh` asks the reranker, and drops a model whose generation is not active any more. */
  async encode(query: AskedQuery, fresh: boolean, call: EdgeCall): Promise<EncodedQuery> {
    const { text, understand, generation: named } = query;
    if (!fresh && this.#kept !== undefined && (named ?? this.#kept.generation) === this.#kept.generation) {
      const here = await this.#encodeHere(this.#kept, query);
      if (here !== undefined) return here;
    }
    const { client, timeoutMs } = this.#options;
    const { signal, requestId, traceparent } = call;
    const {
      coarse,
      searched,
      queryModel = true,
      grouped = false,
      ...answer
    } = await client
      .encode(
        {
          query: text,
          understand,
          ...(query.not ? { not: [...query.not] } : {}),
          ...(named === undefined ? {} : { generation: named }),
        },
        { signal, requestId, traceparent, timeoutMs: timeoutMs.encode },
      )
      .catch((thrown: unknown) => {
        throw serviceError(thrown, 'encode_unavailable');
      });
    if (named === undefined && this.#kept?.generation !== answer.generation) {
      this.#kept = undefined;
      if (queryModel) this.#loadSoon(answer.generation, call);
    }
    return {
      ...answer,
      text,
      understand,
      ...(query.not ? { not: query.not } : {}),
      grouped,
      searched: searched ?? answer.words.map(({ text }) => text),
      coarse: Float32Array.from(coarse),
      kept: false,
    };
  }

  /** Encodes with the loaded model. Undefined if that fails: then the model is dropped, and the reranker encodes. */
  async #encodeHere(kept: Kept, query: AskedQuery): Promise<EncodedQuery | undefined> {
    try {
      return await kept.encoder.encode(query);
    } catch (thrown) {
      const { code, message } = toAppError(thrown);
      if (ABOUT_THE_QUERY.includes(code)) throw thrown;
      const { generation } = kept;
      this.#options.log({
        level: 'error',
        message: `the query model is dropped: ${message}`,
        code,
        generation,
      });
      if (this.#kept === kept) {
        this.#kept = undefined;
        this.#loading = { generation, until: performance.now() + RETRY_MS };
      }
      return undefined;
    }
  }

  #loadSoon(generation: string, { requestId, waitUntil }: EdgeCall): void {
    const { kernel, modelBytes, log } = this.#options;
    if (kernel === undefined || modelBytes === 0) return;
    const now = performance.now();
    if (this.#loading?.generation === generation && now < this.#loading.until) return;
    const loading = { generation, until: now + LOST_MS };
    this.#loading = loading;
    const done = this.#load(generation, kernel, requestId).then(
      (encoder) => {
        // A load of a newer generation may have started meanwhile.
        if (this.#loading !== loading) return;
        this.#kept = { generation, encoder };
        this.#loading = undefined;
        log({ level: 'info', message: 'queries are encoded at the edge', generation });
      },
      (thrown: unknown) => {
        const { code, message } = toAppError(thrown);
        if (this.#loading === loading) this.#loading = { generation, until: performance.now() + RETRY_MS };
        log({ level: 'warn', message: `the reranker encodes queries: ${message}`, code, generation });
      },
    );
    waitUntil(done);
  }

  async #load(
    generation: string,
    kernel: () => Promise<WebAssembly.Module>,
    requestId: string | undefined,
  ): Promise<LocalQueryEncoder> {
    const { client, modelBytes, timeoutMs } = this.#options;
    const bytes = await client.queryModel(generation, modelBytes, { requestId, timeoutMs: timeoutMs.model });
    const name = `the query model of generation ${generation}`;
    const { vocabulary, config, parameters, coarse, parser, ...model } = await readQueryModel(bytes, name);
    if (model.generation !== generation) {
      throw new AppError('fingerprint_mismatch', `${name} belongs to generation ${model.generation}`);
    }
    const module = await kernel();
    return new LocalQueryEncoder(
      {
        ...model,
        vocabulary,
        encoder: createSimdCaptionEncoder(config, parameters, module),
        recall: await openTextEncoder(coarse, name),
        parser: parser && createSimdParser(await readParser(bytesSource(name, parser)), module),
      },
      { cacheBytes: CACHE_BYTES, kept: true },
    );
  }
}
