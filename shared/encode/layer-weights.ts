import { type Parameters, parameter } from '../model/index.ts';
import type { ModelConfig } from '../schema/index.ts';
import { type GruLayer, paddedSize, writeGruLayer } from './gru-layer.ts';
import type { LinearMemory } from './linear-memory.ts';

/** Writes the layers of a text encoder permanently. */
export function writeLayers(memory: LinearMemory, config: ModelConfig, parameters: Parameters): GruLayer[] {
  const { jointSize: D, wordEmbeddingSize: E } = config;
  const padded = paddedSize(D);
  const suffixes = config.bidirectional ? ['', '_reverse'] : [''];
  return Array.from({ length: config.layers }, (_, layer) =>
    writeGruLayer(memory, {
      size: D,
      inputSize: layer === 0 ? E : suffixes.length * padded,
      // Inputs of an upper layer: both directions of the layer below, each padded.
      place: layer === 0 ? undefined : (index) => Math.floor(index / D) * padded + (index % D),
      directions: suffixes.map((suffix) => {
        const read = (kind: string) =>
          parameter(parameters, `text_encoder.rnn.${kind}_l${layer}${suffix}`).data;
        return {
          inputWeights: read('weight_ih'),
          stateWeights: read('weight_hh'),
          inputBias: read('bias_ih'),
          stateBias: read('bias_hh'),
        };
      }),
    }),
  );
}
