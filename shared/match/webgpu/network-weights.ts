import type { Parameters } from '../../model/index.ts';
import type { ModelConfig } from '../../schema/index.ts';
import { type ImageKernels, VARIANCE_EPSILON } from '../../vision/index.ts';
import { captionGraphWeights, imageGraphWeights } from '../parameters/graph-weights.ts';

/** Parts of the network's buffer in order, in floats. */
function parts({ blocks: T, hiddenSize: H }: Pick<ModelConfig, 'blocks' | 'hiddenSize'>) {
  return {
    /** `[T, H]`: the W_k of the Gaussian kernels side by side. */
    imageKernels: T * H,
    /** `[H, H]`, by the unit that is read first. */
    imageHidden: H * H,
    imageHiddenBias: H,
    imageOutput: H,
    /** `[T, H]` */
    textMatrix: T * H,
    textBias: H,
    textOutput: H,
    imageOutputBias: 1,
    textOutputBias: 1,
    /** λ */
    temperature: 1,
  };
}

export type NetworkOffsets = Readonly<Record<keyof ReturnType<typeof parts>, number>>;

/** Offset of each part, in floats. */
export function networkOffsets(config: Pick<ModelConfig, 'blocks' | 'hiddenSize'>): NetworkOffsets {
  let at = 0;
  const offsets: Record<string, number> = {};
  for (const [name, size] of Object.entries(parts(config))) {
    offsets[name] = at;
    at += size;
  }
  return offsets as NetworkOffsets;
}

/** The weights of both graphs, and λ, as the shaders read them. */
export function networkWeights(config: ModelConfig, parameters: Parameters): Float32Array<ArrayBuffer> {
  const { blocks: T, hiddenSize: H } = config;
  const offsets = networkOffsets(config);
  const weights = new Float32Array(Object.values(parts(config)).reduce((sum, size) => sum + size, 0));
  const [image, text] = [imageGraphWeights(parameters, config), captionGraphWeights(parameters, config)];
  const transposed = (rows: readonly Float64Array[], width: number, at: number) => {
    for (const [row, values] of rows.entries()) {
      for (let column = 0; column < width; column++)
        weights[at + column * H + row] = values[column] as number;
    }
  };
  transposed(image.kernels, T, offsets.imageKernels);
  transposed(image.hidden, H, offsets.imageHidden);
  weights.set(image.hiddenBias, offsets.imageHiddenBias);
  weights.set(image.output, offsets.imageOutput);
  transposed(text.matrix, T, offsets.textMatrix);
  weights.set(text.bias, offsets.textBias);
  weights.set(text.output, offsets.textOutput);
  weights[offsets.imageOutputBias] = image.outputBias;
  weights[offsets.textOutputBias] = text.outputBias;
  weights[offsets.temperature] = config.softmaxTemperature;
  return weights;
}

/** The Gaussian kernels of the image graph as the shader reads them: `[K, 4]`, the means and half precisions of both. */
export function kernelWeights({
  meanRho,
  meanTheta,
  sigmaRho,
  sigmaTheta,
}: ImageKernels): Float32Array<ArrayBuffer> {
  const half = (sigma: number | undefined) => 0.5 / (VARIANCE_EPSILON + (sigma ?? 0) ** 2);
  return Float32Array.from(
    [...meanRho].flatMap((mean, k) => [mean, meanTheta[k] ?? 0, half(sigmaRho[k]), half(sigmaTheta[k])]),
  );
}
