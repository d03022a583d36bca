export { ONNX_TYPES, onnxFile } from './onnx-file.ts';
export type { OnnxAttribute, OnnxConstant, OnnxGraph, OnnxNode, OnnxType, OnnxValue } from './onnx-graph.ts';
