/**
 * Records of the kernel's linear memory, field by field as in `assembly/records.ts`. Each field has 32 bits and is an
 * integer (sizes, addresses, flags) or a float.
 */
type FieldKind = 'integer' | 'float';
type Fields = Readonly<Record<string, FieldKind>>;

export const NETWORK = {
  blocks: 'integer',
  blockSize: 'integer',
  kernels: 'integer',
  kernelUnits: 'integer',
  hidden: 'integer',
  neighbours: 'integer',
  i8: 'integer',
  temperature: 'float',
  imageOutputBias: 'float',
  textOutputBias: 'float',
  imageKernels: 'integer',
  imageHidden: 'integer',
  imageHiddenBias: 'integer',
  imageOutput: 'integer',
  textHidden: 'integer',
  textHiddenBias: 'integer',
  textOutput: 'integer',
} as const satisfies Fields;

export const IMAGE = {
  regions: 'integer',
  lanes: 'integer',
  gram: 'integer',
  nodes: 'integer',
  pairs: 'integer',
  squares: 'integer',
  layout: 'integer',
  scales: 'integer',
  nodeScales: 'integer',
  blockScales: 'integer',
} as const satisfies Fields;

export const BATCH = {
  captions: 'integer',
  words: 'integer',
  lanes: 'integer',
  nodes: 'integer',
  squares: 'integer',
  table: 'integer',
  scales: 'integer',
  offsets: 'integer',
} as const satisfies Fields;

export const CAPTION = {
  first: 'integer',
  words: 'integer',
  gram: 'integer',
  pairs: 'integer',
  edges: 'integer',
  column: 'integer',
  nodeScales: 'integer',
  blockScales: 'integer',
} as const satisfies Fields;

export const LIST = {
  images: 'integer',
  imageCount: 'integer',
  batches: 'integer',
  imageToText: 'integer',
  textToImage: 'integer',
  columns: 'integer',
  end: 'integer',
} as const satisfies Fields;

export const JOB = {
  network: 'integer',
  lists: 'integer',
  items: 'integer',
  next: 'integer',
  done: 'integer',
  stop: 'integer',
} as const satisfies Fields;

export const SCRATCH = {
  wordAttention: 'integer',
  regionAttention: 'integer',
  wordScores: 'integer',
  regionScores: 'integer',
} as const satisfies Fields;

/** Bytes of a record. */
export function recordBytes(fields: Fields): number {
  return 4 * Object.keys(fields).length;
}

/** Byte offset of a field within its record. */
export function fieldOffset<F extends Fields>(fields: F, name: keyof F & string): number {
  return 4 * Object.keys(fields).indexOf(name);
}

export function writeRecord<F extends Fields>(
  buffer: ArrayBufferLike,
  address: number,
  fields: F,
  values: Readonly<Record<keyof F, number>>,
): void {
  const view = new DataView(buffer, address, recordBytes(fields));
  for (const [index, [name, kind]] of Object.entries(fields).entries()) {
    const value = values[name] as number;
    if (kind === 'float') view.setFloat32(4 * index, value, true);
    else view.setUint32(4 * index, value, true);
  }
}

export function readField<F extends Fields>(
  buffer: ArrayBufferLike,
  address: number,
  fields: F,
  name: keyof F & string,
): number {
  return new DataView(buffer).getUint32(address + fieldOffset(fields, name), true);
}
