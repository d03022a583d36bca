/** Thread that encodes what it is sent. */
import { parentPort, workerData } from 'node:worker_threads';
import { createSimdCaptionEncoder, createSimdImageEncoder } from '../../encode/index.ts';
import type { Encoder, Parameters } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';

/** The data that a thread is started with. */
export interface EncodeWorkerData {
  readonly module: WebAssembly.Module;
  readonly config: ModelConfig;
  readonly parameters: Parameters;
}

/** What one of an encoder's methods is called with. */
export type EncodeWork =
  | { readonly images: ArgumentsOf<Encoder['encodeImages']> }
  | { readonly captions: ArgumentsOf<Encoder['encodeCaptions']>[0] };
type ArgumentsOf<Method> = Method extends (...given: infer Given) => unknown ? Given : never;

/** Nodes of images, `[B, R, D]`, or of each caption, `[L, D]`. */
export interface EncodeAnswer {
  readonly id: number;
  readonly nodes: readonly Float32Array<ArrayBuffer>[];
}

const { module, config, parameters } = workerData as EncodeWorkerData;
const images = createSimdImageEncoder(config, parameters, module);
const captions = createSimdCaptionEncoder(config, parameters, module);

async function encode(work: EncodeWork): Promise<readonly Float32Array[]> {
  return 'images' in work
    ? [await images.encodeImages(...work.images)]
    : captions.encodeCaptions(work.captions);
}

async function answer(id: number, work: EncodeWork): Promise<void> {
  const nodes = (await encode(work)) as Float32Array<ArrayBuffer>[];
  const buffers = new Set(nodes.map(({ buffer }) => buffer));
  parentPort?.postMessage({ id, nodes } satisfies EncodeAnswer, [...buffers]);
}

// A rejection ends the thread, whose owner gets the error.
parentPort?.on(
  'message',
  ({ id, work }: { readonly id: number; readonly work: EncodeWork }) => void answer(id, work),
);
