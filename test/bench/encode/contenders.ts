import { createSimdCaptionEncoder } from '../../../shared/encode/index.ts';
import { createTfjsEncoder } from '../../../shared/gsmn/index.ts';
import type { CaptionEncoder, Parameters } from '../../../shared/model/index.ts';
import { loadEncodeKernel } from '../../../shared/platform/encode/index.ts';
import type { ModelConfig } from '../../../shared/schema/index.ts';

/** A network and the captions that are encoded. */
export interface Sample {
  readonly config: ModelConfig;
  readonly parameters: Parameters;
  /** Each call takes the next ones, whose words, but for `<start>` and `<end>`, were hardly ever there before. */
  readonly captions: readonly (readonly number[])[];
}

/** An encoder with so many captions a call. */
export interface Contender {
  readonly name: string;
  readonly captionsOfCall: number;
  /** Whether the same captions come again and again, so that no word is new. */
  readonly repeats?: boolean;
  readonly encoder: CaptionEncoder;
}

/** Captions of a call as an index is built with, beside one, as a query is. */
const TOGETHER = 64;

/** All that is timed; whoever asked for them disposes of the encoders, of which some are there twice. */
export async function contenders({ config, parameters }: Sample): Promise<Contender[]> {
  const tfjs = createTfjsEncoder('wasm', config, parameters);
  const relaxed = createSimdCaptionEncoder(config, parameters, await loadEncodeKernel(true));
  // Its own, so that it does not forget words over the others' captions.
  const repeating = createSimdCaptionEncoder(config, parameters, await loadEncodeKernel(true));
  const plain = createSimdCaptionEncoder(config, parameters, await loadEncodeKernel(false));
  return [
    { name: 'simd', captionsOfCall: 1, encoder: relaxed },
    { name: 'simd, words of the last captions', captionsOfCall: 1, encoder: repeating, repeats: true },
    { name: 'simd, plain instructions', captionsOfCall: 1, encoder: plain },
    { name: 'tfjs wasm', captionsOfCall: 1, encoder: tfjs },
    { name: 'simd', captionsOfCall: TOGETHER, encoder: relaxed },
    { name: 'tfjs wasm', captionsOfCall: TOGETHER, encoder: tfjs },
  ];
}
