import { availableParallelism } from 'node:os';
import { onnxFile } from '../../shared/formats/onnx/index.ts';
import type { FloatMatrix } from './float-matrix.ts';

/** Which of two matrices is read transposed. */
export type Transposed = 'none' | 'first' | 'second';

/** Products of matrices by ONNX Runtime, more than ten times as fast as loops in JavaScript (measured on two cores, 500 x 512 x 256). */
export interface MatrixProducts {
  multiply(a: FloatMatrix, b: FloatMatrix, transposed?: Transposed): Promise<FloatMatrix>;
  close(): Promise<void>;
}

export async function openMatrixProducts(): Promise<MatrixProducts> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const open = (transposed: Transposed) =>
    InferenceSession.create(productFile(transposed), { intraOpNumThreads: availableParallelism() });
  const sessions = { none: await open('none'), first: await open('first'), second: await open('second') };
  return {
    multiply: async (a, b, transposed = 'none') => {
      const { c } = await sessions[transposed].run({
        a: new Tensor('float32', a.data, [a.rows, a.columns]),
        b: new Tensor('float32', b.data, [b.rows, b.columns]),
      });
      return {
        rows: transposed === 'first' ? a.columns : a.rows,
        columns: transposed === 'second' ? b.rows : b.columns,
        data: c?.data as Float32Array,
      };
    },
    close: async () => {
      for (const session of Object.values(sessions)) await session.release();
    },
  };
}

function productFile(transposed: Transposed): Uint8Array {
  const matrix = (name: string) => ({
    name,
    type: 'float32' as const,
    shape: [`${name} rows`, `${name} columns`],
  });
  const attributes = { transA: transposed === 'first' ? 1 : 0, transB: transposed === 'second' ? 1 : 0 };
  const graph = {
    name: 'product',
    inputs: [matrix('a'), matrix('b')],
    outputs: [matrix('c')],
    constants: [],
    nodes: [{ operation: 'Gemm', inputs: ['a', 'b'], outputs: ['c'], attributes }],
  };
  return onnxFile(graph, 'gsmn', new Map());
}
