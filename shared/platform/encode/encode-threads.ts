import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { createSimdCaptionEncoder, createSimdImageEncoder } from '../../encode/index.ts';
import { AppError } from '../../errors/index.ts';
import { hasRelaxedSimd } from '../../match/simd/relaxed-simd.ts';
import {
  assertImageFeatures,
  assertParameters,
  assertWordIds,
  type Encoder,
  type Parameters,
} from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import { loadEncodeKernel } from './compile-kernel.ts';
import type { EncodeAnswer, EncodeWork, EncodeWorkerData } from './encode-worker.ts';

const PROGRAM = new URL('encode-worker.ts', import.meta.url);

export interface ThreadedEncoderOptions {
  /** One for each core by default. Each keeps a copy of the encoders' parameters. */
  readonly threads?: number | undefined;
  /** Whether to use the build with relaxed SIMD; by default if the runtime supports it. */
  readonly relaxed?: boolean | undefined;
  /** Multiplications below which the calling thread encodes alone; 2e9 by default, about what starting the threads takes. */
  readonly aloneBelow?: number | undefined;
}

/**
 * GSMN's encoders as kernels (`createSimdImageEncoder`, `createSimdCaptionEncoder`) on threads, which start with the first
 * work that is large enough. The numbers do not depend on who encodes.
 *
 * @throws AppError `shape_mismatch` for parameters that do not fit the configuration, `backend_unavailable`
 */
export async function createThreadedEncoder(
  config: ModelConfig,
  parameters: Parameters,
  {
    threads = availableParallelism(),
    relaxed = hasRelaxedSimd(),
    aloneBelow = 2e9,
  }: ThreadedEncoderOptions = {},
): Promise<Encoder> {
  assertParameters(config, parameters);
  const module = await loadEncodeKernel(relaxed);
  const encoders = new Map([...parameters].filter(([name]) => /^(image|text)_encoder\./.test(name)));
  const workerData: EncodeWorkerData = { module, config, parameters: encoders };
  const { imageFeatureSize: F, jointSize: D, wordEmbeddingSize, layers, bidirectional } = config;
  const perWord = layers * (bidirectional ? 2 : 1) * 3 * D * (wordEmbeddingSize + D);
  let alone: Encoder | undefined;
  let started: EncodeThread[] | undefined;
  let disposed = false;
  const assertUsable = () => {
    if (disposed) throw new AppError('argument_invalid', 'the encoder was disposed of');
  };
  const withoutThreads = () => {
    assertUsable();
    alone ??= {
      ...createSimdCaptionEncoder(config, parameters, module),
      encodeImages: createSimdImageEncoder(config, parameters, module).encodeImages,
    };
    return alone;
  };
  const running = () => {
    assertUsable();
    started ??= Array.from({ length: threads }, () => new EncodeThread(workerData));
    return started;
  };

  return {
    backend: 'simd',
    encodeImages: async (features, images, regions) => {
      assertImageFeatures(config, features, images, regions);
      if (features.length * D < aloneBelow) return withoutThreads().encodeImages(features, images, regions);
      const most = Math.ceil(images / threads);
      const nodes = new Float32Array(images * regions * D);
      await Promise.all(
        running().map(async (thread, index) => {
          const [from, to] = [index, index + 1].map((part) => Math.min(images, part * most)) as [
            number,
            number,
          ];
          if (from === to) return;
          const own = features.slice(from * regions * F, to * regions * F);
          const [found] = await thread.run({ images: [own, to - from, regions] }, [own.buffer]);
          if (found !== undefined) nodes.set(found, from * regions * D);
        }),
      );
      return nodes;
    },
    encodeCaptions: async (captions) => {
      assertWordIds(captions, config.vocabularySize);
      if (captions.flat().length * perWord < aloneBelow) return withoutThreads().encodeCaptions(captions);
      const words: Float32Array[] = [];
      // Dealt by length: every thread gets as many long ones.
      const order = [...captions.keys()].sort(
        (a, b) => (captions[a]?.length ?? 0) - (captions[b]?.length ?? 0),
      );
      await Promise.all(
        running().map(async (thread, index) => {
          const own = order.filter((_, place) => place % threads === index);
          if (own.length === 0) return;
          const found = await thread.run({ captions: own.map((caption) => captions[caption] ?? []) });
          for (const [place, caption] of own.entries()) words[caption] = found[place] ?? new Float32Array();
        }),
      );
      return words;
    },
    dispose: async () => {
      disposed = true;
      alone = undefined;
      await Promise.all((started ?? []).map((thread) => thread.end()));
    },
  };
}

/** A thread with encoders of its own. It keeps the process alive only while it works. */
class EncodeThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<EncodeAnswer['nodes']>>();
  #nextId = 0;
  #ended: AppError | undefined;

  constructor(workerData: EncodeWorkerData) {
    this.#worker = new Worker(PROGRAM, { workerData });
    this.#worker.unref();
    this.#worker.on('message', ({ id, nodes }: EncodeAnswer) => {
      this.#waiting.get(id)?.resolve(nodes);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#worker.unref();
    });
    this.#worker.on('error', (cause) =>
      this.#fail(new AppError('internal', 'an encoding thread died', { cause })),
    );
    this.#worker.on('exit', () => this.#fail(new AppError('internal', 'an encoding thread ended by itself')));
  }

  /** @throws AppError `internal` if the thread dies, `cancelled` if it is ended. */
  run(work: EncodeWork, transfer: readonly ArrayBuffer[] = []): Promise<EncodeAnswer['nodes']> {
    if (this.#ended !== undefined) throw this.#ended;
    const answer = Promise.withResolvers<EncodeAnswer['nodes']>();
    const id = this.#nextId++;
    this.#waiting.set(id, answer);
    this.#worker.ref();
    this.#worker.postMessage({ id, work }, [...transfer]);
    return answer.promise;
  }

  async end(): Promise<void> {
    this.#fail(new AppError('cancelled', 'the encoder was disposed of while it encoded'));
    await this.#worker.terminate();
  }

  #fail(error: AppError): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
