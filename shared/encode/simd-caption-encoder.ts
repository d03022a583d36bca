import { AppError } from '../errors/index.ts';
import {
  assertParameters,
  assertWordIds,
  type CaptionEncoder,
  type Parameters,
  parameter,
  TEXT_PARAMETERS,
  yieldToEventLoop,
} from '../model/index.ts';
import type { ModelConfig } from '../schema/index.ts';
import { encodeGroup } from './encode-group.ts';
import { groupsByLength } from './groups.ts';
import { paddedSize } from './gru-layer.ts';
import { instantiateEncodeKernel } from './kernel.ts';
import { writeLayers } from './layer-weights.ts';
import { LinearMemory } from './linear-memory.ts';
import { ProjectedWords } from './projected-words.ts';
import type { EncoderLayout } from './scratch.ts';

/**
 * GSMN's caption encoder as a kernel in WebAssembly SIMD, on the calling thread, float32: the numbers of `shared/gsmn` by
 * another order of sums (docs/network.md), the same bits for a caption whatever is encoded beside or before it. It keeps
 * a copy of the text encoder's parameters until `dispose`, and the projected inputs of the words used last. Captions of
 * one call share the reading of the weights; between groups of them others get their turn.
 * @param module the built kernel
 * @throws AppError `shape_mismatch` for parameters that do not fit the configuration, `memory_exhausted`
 */
export function createSimdCaptionEncoder(
  config: ModelConfig,
  parameters: Parameters,
  module: WebAssembly.Module,
): CaptionEncoder {
  assertParameters(config, parameters, TEXT_PARAMETERS);
  let layout: EncoderLayout | undefined = layOut(config, parameters, module);
  return {
    backend: 'simd',
    encodeCaptions: async (captions) => {
      assertWordIds(captions, config.vocabularySize);
      const words: Float32Array[] = [];
      for (const [index, group] of groupsByLength(captions).entries()) {
        if (index > 0) await yieldToEventLoop();
        if (layout === undefined) throw new AppError('argument_invalid', 'the encoder was disposed of');
        const nodes = encodeGroup(
          layout,
          group.map((caption) => captions[caption] ?? []),
        );
        for (const [row, caption] of group.entries()) words[caption] = nodes[row] ?? new Float32Array();
      }
      return words;
    },
    dispose: async () => {
      layout = undefined;
    },
  };
}

function layOut(config: ModelConfig, parameters: Parameters, module: WebAssembly.Module): EncoderLayout {
  const memory = new LinearMemory();
  const table = parameter(parameters, 'text_encoder.embed.weight').data;
  const embedding = memory.take(table.byteLength);
  memory.floats(embedding, table.length).set(table);
  const columns = (config.bidirectional ? 2 : 1) * 3 * paddedSize(config.jointSize);
  return {
    memory,
    kernel: instantiateEncodeKernel(module, memory.memory),
    embedding,
    layers: writeLayers(memory, config, parameters),
    words: new ProjectedWords(memory, columns, config.vocabularySize),
    size: config.jointSize,
    normalize: config.normalizeCaptions,
  };
}
