/** The element types that graphs here use. */
export type OnnxType = 'float32' | 'uint8' | 'int64' | 'float16';

/** A constant of a graph: a dense array, row-major. */
export interface OnnxConstant {
  readonly name: string;
  readonly type: OnnxType;
  /** Empty for a scalar. */
  readonly shape: readonly number[];
  /** The elements, little-endian. */
  readonly bytes: Uint8Array;
}

/** An attribute of an operation: a whole number, several, or text. */
export type OnnxAttribute = number | readonly number[] | string;

/** An operation: what it reads and writes, by name. */
export interface OnnxNode {
  readonly operation: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** An input or output of a graph. An axis without a fixed size has a name. */
export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly (number | string)[];
}

/** A network as operations, each after those whose outputs it reads. */
export interface OnnxGraph {
  readonly name: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly constants: readonly OnnxConstant[];
  readonly nodes: readonly OnnxNode[];
}
