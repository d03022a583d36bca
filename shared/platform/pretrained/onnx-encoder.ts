import { availableParallelism } from 'node:os';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { AppError } from '../../errors/index.ts';
import { unitVector } from '../../retrieval/projection/unit-vector.ts';
import { loadOnnxRuntime } from '../onnx-runtime.ts';

/** The input of a network: whole numbers, of the type that it declares, or float32. */
export interface NetworkInput {
  readonly shape: readonly number[];
  readonly data: Float32Array | readonly number[];
}

/** A network that makes a vector of one text or image. */
export interface OnnxEncoder {
  /** The declared shapes of its inputs, by their names; the numbers of free dimensions are undefined. */
  readonly inputs: ReadonlyMap<string, readonly (number | undefined)[]>;
  /**
   * The vector, of length 1.
   *
   * @param inputs one for each name of `inputs`.
   * @throws AppError `format_unsupported`.
   */
  encode(inputs: ReadonlyMap<string, NetworkInput>): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens a network with ONNX Runtime, on all cores of the processor. One text or image is encoded at a time, so its
 * vector does not depend on others.
 *
 * @param path of the ONNX file; by path, because files beside it may belong to it.
 * @param output the name of the output that is the vector.
 * @throws AppError `backend_unavailable`, `format_invalid`, `format_unsupported`.
 */
export async function openOnnxEncoder(path: string, output: string): Promise<OnnxEncoder> {
  const { InferenceSession: Session, Tensor: OnnxTensor } = await loadOnnxRuntime();
  const options = { intraOpNumThreads: availableParallelism(), logSeverityLevel: 3 } as const;
  const session = await Session.create(path, options).catch((thrown: unknown) => {
    throw new AppError('format_invalid', `${path} is no network that ONNX Runtime opens: ${String(thrown)}`, {
      hint: 'it is damaged or of a newer version: fetch it again',
      cause: thrown,
    });
  });
  if (!session.outputNames.includes(output)) {
    await session.release();
    throw new AppError(
      'format_unsupported',
      `${path} has no output ${output}, only ${session.outputNames.join(', ')}`,
      { hint: 'export the model with the projection into the space that texts and images share' },
    );
  }
  const inputs = new Map(
    session.inputMetadata.map((input) => [
      input.name,
      input.isTensor ? input.shape.map((extent) => (typeof extent === 'number' ? extent : undefined)) : [],
    ]),
  );
  const types = new Map(
    session.inputMetadata.map((input) => [input.name, input.isTensor ? input.type : undefined]),
  );
  const tensorOf = (name: string, given: NetworkInput | undefined): Tensor => {
    const type = types.get(name);
    const { data = [], shape = [] } = given ?? {};
    if (data instanceof Float32Array) {
      if (type === 'float32') return new OnnxTensor('float32', data, shape);
    } else if (given !== undefined) {
      if (type === 'int64') return new OnnxTensor('int64', BigInt64Array.from(data, BigInt), shape);
      if (type === 'int32') return new OnnxTensor('int32', Int32Array.from(data), shape);
    }
    throw new AppError('format_unsupported', `${path}: the input ${name} (${type}) is not supported`, {
      hint: 'export text and images as networks of their own, with float32 for pixels',
    });
  };
  return {
    inputs,
    encode: async (given) => {
      const feeds: Record<string, Tensor> = {};
      for (const name of session.inputNames) feeds[name] = tensorOf(name, given.get(name));
      const { [output]: found } = await run(session, feeds, output, path);
      if (!(found?.data instanceof Float32Array) || found.dims[0] !== 1 || found.dims.length !== 2) {
        throw new AppError(
          'format_unsupported',
          `${path}: the output ${output} is no vector of float32 numbers`,
        );
      }
      return unitVector(Float64Array.from(found.data), `the output ${output} of ${path}`);
    },
    close: () => session.release(),
  };
}

async function run(
  session: InferenceSession,
  feeds: Readonly<Record<string, Tensor>>,
  output: string,
  path: string,
) {
  try {
    return await session.run(feeds, [output]);
  } catch (cause) {
    throw new AppError('format_unsupported', `${path} does not run: ${String(cause)}`, {
      hint: 'it needs inputs of another form than models of its type have',
      cause,
    });
  }
}
