import { ByteWriter } from '../byte-writer.ts';
import { WIRE, writeBytes, writeKey, writeVarint } from '../protobuf/protobuf-wire.ts';
import type { OnnxAttribute, OnnxConstant, OnnxGraph, OnnxNode, OnnxType, OnnxValue } from './onnx-graph.ts';

/** The versions of the format and of the operations' definitions that a file says it is written in. */
const IR_VERSION = 8;
const OPERATION_SET = 13;

/** Field numbers of the messages in onnx.proto. */
const MODEL = { irVersion: 1, producerName: 2, graph: 7, operationSet: 8, metadata: 14 } as const;
const OPERATION_SET_ID = { domain: 1, version: 2 } as const;
const ENTRY = { key: 1, value: 2 } as const;
const GRAPH = { node: 1, name: 2, constant: 5, input: 11, output: 12 } as const;
const NODE = { input: 1, output: 2, operation: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, integer: 3, text: 4, integers: 8, kind: 20 } as const;
const ATTRIBUTE_KINDS = { integer: 2, text: 3, integers: 7 } as const;
const TENSOR = { extent: 1, type: 2, name: 8, bytes: 9 } as const;
const VALUE = { name: 1, type: 2 } as const;
const TYPE = { tensor: 1 } as const;
const TENSOR_TYPE = { element: 1, shape: 2 } as const;
const SHAPE = { axis: 1 } as const;
const AXIS = { extent: 1, name: 2 } as const;
/** Numbers of the element types; casts name them too. */
export const ONNX_TYPES: Readonly<Record<OnnxType, number>> = { float32: 1, uint8: 2, int64: 7, float16: 10 };

/**
 * The bytes of an ONNX file. The same graph gives the same bytes.
 *
 * @param metadata texts by key that programs can read from the file.
 */
export function onnxFile(
  graph: OnnxGraph,
  producer: string,
  metadata: ReadonlyMap<string, string>,
): Uint8Array {
  return message((model) => {
    integer(model, MODEL.irVersion, IR_VERSION);
    text(model, MODEL.producerName, producer);
    writeBytes(model, MODEL.graph, graphMessage(graph));
    const operationSet = message((set) => {
      // The operations of ONNX itself.
      text(set, OPERATION_SET_ID.domain, '');
      integer(set, OPERATION_SET_ID.version, OPERATION_SET);
    });
    writeBytes(model, MODEL.operationSet, operationSet);
    for (const [key, value] of metadata) {
      const entry = message((writer) => {
        text(writer, ENTRY.key, key);
        text(writer, ENTRY.value, value);
      });
      writeBytes(model, MODEL.metadata, entry);
    }
  });
}

function graphMessage({ name, inputs, outputs, constants, nodes }: OnnxGraph): Uint8Array {
  return message((writer) => {
    for (const node of nodes) writeBytes(writer, GRAPH.node, nodeMessage(node));
    text(writer, GRAPH.name, name);
    for (const constant of constants) writeBytes(writer, GRAPH.constant, tensorMessage(constant));
    for (const value of inputs) writeBytes(writer, GRAPH.input, valueMessage(value));
    for (const value of outputs) writeBytes(writer, GRAPH.output, valueMessage(value));
  });
}

function nodeMessage({ operation, inputs, outputs, attributes }: OnnxNode): Uint8Array {
  return message((writer) => {
    for (const name of inputs) text(writer, NODE.input, name);
    for (const name of outputs) text(writer, NODE.output, name);
    text(writer, NODE.operation, operation);
    for (const [name, value] of Object.entries(attributes)) {
      writeBytes(writer, NODE.attribute, attributeMessage(name, value));
    }
  });
}

function attributeMessage(name: string, value: OnnxAttribute): Uint8Array {
  return message((writer) => {
    text(writer, ATTRIBUTE.name, name);
    if (typeof value === 'number') {
      integer(writer, ATTRIBUTE.integer, value);
      integer(writer, ATTRIBUTE.kind, ATTRIBUTE_KINDS.integer);
    } else if (typeof value === 'string') {
      text(writer, ATTRIBUTE.text, value);
      integer(writer, ATTRIBUTE.kind, ATTRIBUTE_KINDS.text);
    } else {
      for (const one of value) integer(writer, ATTRIBUTE.integers, one);
      integer(writer, ATTRIBUTE.kind, ATTRIBUTE_KINDS.integers);
    }
  });
}

function tensorMessage({ name, type, shape, bytes }: OnnxConstant): Uint8Array {
  return message((writer) => {
    for (const extent of shape) integer(writer, TENSOR.extent, extent);
    integer(writer, TENSOR.type, ONNX_TYPES[type]);
    text(writer, TENSOR.name, name);
    writeBytes(writer, TENSOR.bytes, bytes);
  });
}

function valueMessage({ name, type, shape }: OnnxValue): Uint8Array {
  const axes = message((writer) => {
    for (const extent of shape) {
      const axis = message((one) => {
        if (typeof extent === 'number') integer(one, AXIS.extent, extent);
        else text(one, AXIS.name, extent);
      });
      writeBytes(writer, SHAPE.axis, axis);
    }
  });
  const tensor = message((writer) => {
    integer(writer, TENSOR_TYPE.element, ONNX_TYPES[type]);
    writeBytes(writer, TENSOR_TYPE.shape, axes);
  });
  return message((writer) => {
    text(writer, VALUE.name, name);
    writeBytes(
      writer,
      VALUE.type,
      message((one) => writeBytes(one, TYPE.tensor, tensor)),
    );
  });
}

function message(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter();
  write(writer);
  return writer.finish();
}

function integer(writer: ByteWriter, field: number, value: number): void {
  writeKey(writer, field, WIRE.varint);
  writeVarint(writer, value);
}

function text(writer: ByteWriter, field: number, value: string): void {
  writeBytes(writer, field, new TextEncoder().encode(value));
}
