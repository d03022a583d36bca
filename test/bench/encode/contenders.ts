import { createSimdCaptionEncoder } from '../../../shared/encode/index.ts';
import { createTfjsEncoder } from '../../../shared/gsmn/index.ts';
import type { CaptionEncoder, Parameters } from '../../../shared/model/index.ts';
import { loadEncodeKernel } from '../../../shared/platform/encode/index.ts';
import type { ModelConfig } from '../../../shared/schema/index.ts';

/** A network and the captions to encode. */
export interface Sample {
  readonly config: ModelConfig;
  readonly parameters: Parameters;
  /** Each call takes the next captions, whose words, except `<start>` and `<end>`, have rarely occurred before. */
  readonly captions: readonly (readonly number[])[];
}

/** An encoder with a number of captions in each call. */
export interface Contender {
  readonly name: string;
  readonly captionsOfCall: number;
  /** Whether the same captions are repeated, so that no word is new. */
  readonly repeats?: boolean;
  readonly encoder: CaptionEncoder;
}

/** Captions in a call as when an index is built, and one, as for a query. */
const TOGETHER = 64;

/** Everything that is timed. The caller disposes of the encoders; some occur twice. */
export async function contenders({ config, parameters }: Sample): Promise<Contender[]> {
  const tfjs = createTfjsEncoder('wasm', config, parameters);
  const relaxed = createSimdCaptionEncoder(config, parameters, await loadEncodeKernel(true));
  // A separate one, so that it does not evict words for the captions of others.
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
