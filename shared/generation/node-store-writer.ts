import { AppError } from '../errors/index.ts';
import { float32ToFloat16Bits } from '../formats/float16.ts';
import type { Crc32c } from './checksum.ts';
import { assertGraphs, NODE_STORE, type NodeStoreLayout } from './node-store-layout.ts';

/** Bytes and their position in the file. */
export interface FilePiece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** The file's header and table of first rows. */
export function encodeNodeStoreHeader(layout: NodeStoreLayout, crc32c: Crc32c): FilePiece {
  const bytes = new Uint8Array(layout.checksumsOffset);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(NODE_STORE.magic));
  view.setUint32(8, NODE_STORE.version, true);
  view.setUint32(12, NODE_STORE.dtypes[layout.dtype].id, true);
  view.setUint32(16, layout.rowSize, true);
  view.setBigUint64(24, BigInt(layout.graphs), true);
  view.setBigUint64(32, BigInt(layout.rows), true);
  layout.firstRows.forEach((row, graph) => {
    view.setBigUint64(NODE_STORE.headerBytes + 8 * graph, BigInt(row), true);
  });
  view.setUint32(20, crc32c(bytes), true);
  return { offset: 0, bytes };
}

/**
 * The pieces of graphs `[from, from + n)`. Their nodes are given as one array for each graph, or as one array for all
 * (then up to the end of it, which must be the end of a graph).
 *
 * @throws AppError `shape_mismatch` when the numbers do not fill whole graphs; `argument_invalid` for a number that
 * is not finite, or not in `float16`.
 */
export function encodeNodeStoreChunk(
  layout: NodeStoreLayout,
  from: number,
  nodes: Float32Array | readonly Float32Array[],
  crc32c: Crc32c,
): FilePiece[] {
  const parts = nodes instanceof Float32Array ? splitGraphs(layout, from, nodes) : nodes;
  const to = from + parts.length;
  assertGraphs('the node store', layout.graphs, from, to);
  if (parts.length === 0) return [];
  const firstRow = layout.firstRows[from] as number;
  const rows = (layout.firstRows[to] as number) - firstRow;
  const bytes = new Uint8Array(rows * layout.rowBytes);
  const checksums = new DataView(new ArrayBuffer(4 * parts.length));
  for (const [index, part] of parts.entries()) {
    const graph = from + index;
    const start = ((layout.firstRows[graph] as number) - firstRow) * layout.rowBytes;
    const end = ((layout.firstRows[graph + 1] as number) - firstRow) * layout.rowBytes;
    if (part.length * (layout.rowBytes / layout.rowSize) !== end - start) {
      throw new AppError(
        'shape_mismatch',
        `graph ${graph} has ${part.length} numbers, expected ${((end - start) / layout.rowBytes) * layout.rowSize}`,
      );
    }
    const target = bytes.subarray(start, end);
    encodeNumbers(layout, part, target, graph);
    checksums.setUint32(4 * index, crc32c(target), true);
  }
  return [
    { offset: layout.rowsOffset + firstRow * layout.rowBytes, bytes },
    { offset: layout.checksumsOffset + 4 * from, bytes: new Uint8Array(checksums.buffer) },
  ];
}

/** Splits consecutive nodes into graphs. */
function splitGraphs(layout: NodeStoreLayout, from: number, nodes: Float32Array): Float32Array[] {
  const parts: Float32Array[] = [];
  for (let graph = from, at = 0; at < nodes.length; graph++) {
    assertGraphs('the node store', layout.graphs, graph, graph + 1);
    const length =
      ((layout.firstRows[graph + 1] as number) - (layout.firstRows[graph] as number)) * layout.rowSize;
    parts.push(nodes.subarray(at, at + length));
    at += length;
  }
  return parts;
}

function encodeNumbers(layout: NodeStoreLayout, part: Float32Array, target: Uint8Array, graph: number): void {
  if (layout.dtype === 'float32') {
    target.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  } else {
    const halves = float32ToFloat16Bits(part);
    target.set(new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength));
  }
  const largest = layout.dtype === 'float32' ? Number.MAX_VALUE : 65519;
  for (let index = 0; index < part.length; index++) {
    if (!(Math.abs(part[index] as number) <= largest)) {
      throw new AppError(
        'argument_invalid',
        `graph ${graph} holds ${part[index]}, which ${layout.dtype} cannot`,
        {
          hint: 'write float32, or look at what the encoder was given',
        },
      );
    }
  }
}
