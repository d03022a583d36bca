import { describe, expect, it } from 'vitest';
import { ONNX_TYPES, type OnnxGraph, onnxFile } from './index.ts';

const GRAPH: OnnxGraph = {
  name: 'tiny',
  inputs: [{ name: 'x', type: 'float32', shape: ['N', 1, 3, 300] }],
  outputs: [{ name: 'y', type: 'float32', shape: ['N', 1, 'h', 'w'] }],
  constants: [
    { name: 'w', type: 'float16', shape: [1, 1, 1, 2], bytes: Uint8Array.of(0, 0x3e, 0, 0xc0) },
    { name: 'zero', type: 'float32', shape: [], bytes: new Uint8Array(4) },
  ],
  nodes: [
    { operation: 'Cast', inputs: ['w'], outputs: ['wide'], attributes: { to: ONNX_TYPES.float32 } },
    {
      operation: 'Conv',
      inputs: ['x', 'wide'],
      outputs: ['c'],
      attributes: { auto_pad: 'SAME_UPPER', strides: [2, 1] },
    },
    { operation: 'Clip', inputs: ['c', 'zero'], outputs: ['y'], attributes: {} },
  ],
};

/** The same model as written by onnx 1.23.2 for Python. */
const GOLDEN = [
  '08081204746573743adb010a1a0a01771204776964652204436173742a090a02746f1801a001020a3f0a01780a0477696465120163',
  '2204436f6e762a190a086175746f5f706164220a53414d455f5550504552a001032a100a077374726964657340024001a001070a12',
  '0a01630a047a65726f1201792204436c6970120474696e792a130801080108010802100a4201774a04003e00c02a0e100142047a65',
  '726f4a04000000005a1d0a017812180a16080112120a0312014e0a0208010a0208030a0308ac02621e0a017912190a17080112130a',
  '0312014e0a0208010a031201680a0312017742040a00100d72110a06736f7572636512076772c3b6c39f65',
].join('');

describe('onnxFile', () => {
  it('writes a model as the library of ONNX does', () => {
    const bytes = onnxFile(GRAPH, 'test', new Map([['source', 'größe']]));
    expect(Buffer.from(bytes).toString('hex')).toBe(GOLDEN);
  });
});
