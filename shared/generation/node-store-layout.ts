import { AppError } from '../errors/index.ts';

/**
 * The file of nodes. Little-endian; N graphs, M rows in total, D numbers per row.
 *
 * | bytes | what |
 * | --- | --- |
 * | 0..8 | magic `GSMNNODE` |
 * | 8 | u32 version, 1 |
 * | 12 | u32 dtype: 1 float32, 2 float16 |
 * | 16 | u32 D |
 * | 20 | u32 CRC-32C of the header (with this field 0) and the table of first rows |
 * | 24 | u64 N |
 * | 32 | u64 M |
 * | 40..64 | zeros |
 * | 64 | u64 first row of each graph, `[N + 1]`, the last is M |
 * | then | u32 CRC-32C of each graph's rows, `[N]` |
 * | then, aligned to 64 | the rows, `[M, D]` |
 *
 * Every offset follows from the dtype, D and the lengths of the graphs. So pieces can be written in any order and more
 * than once, and the file ends in the same bytes. One checksum for each graph makes every ranged read verifiable.
 */
export interface NodeStoreLayout {
  readonly dtype: NodeDtype;
  /** D. */
  readonly rowSize: number;
  /** N. */
  readonly graphs: number;
  /** M. */
  readonly rows: number;
  /** First row of each graph, `[N + 1]`. */
  readonly firstRows: Float64Array;
  readonly rowBytes: number;
  readonly checksumsOffset: number;
  readonly rowsOffset: number;
  /** Size of the whole file. */
  readonly byteLength: number;
}

export type NodeDtype = 'float16' | 'float32';

export const NODE_STORE = {
  magic: 'GSMNNODE',
  version: 1,
  headerBytes: 64,
  alignment: 64,
  dtypes: { float32: { id: 1, bytes: 4 }, float16: { id: 2, bytes: 2 } },
} as const;

function align(offset: number): number {
  return Math.ceil(offset / NODE_STORE.alignment) * NODE_STORE.alignment;
}

/** Offsets of the parts of a file with N graphs and M rows. */
export function nodeStoreOffsets(
  dtype: NodeDtype,
  rowSize: number,
  graphs: number,
  rows: number,
): Pick<NodeStoreLayout, 'rowBytes' | 'checksumsOffset' | 'rowsOffset' | 'byteLength'> {
  const rowBytes = rowSize * NODE_STORE.dtypes[dtype].bytes;
  const checksumsOffset = NODE_STORE.headerBytes + 8 * (graphs + 1);
  const rowsOffset = align(checksumsOffset + 4 * graphs);
  return { rowBytes, checksumsOffset, rowsOffset, byteLength: rowsOffset + rows * rowBytes };
}

/**
 * The layout of a store whose graph `i` has `rowsPerGraph[i]` rows (R for an image, L for a caption).
 *
 * @throws AppError `argument_invalid` for an empty graph or an invalid row size.
 */
export function nodeStoreLayout(
  dtype: NodeDtype,
  rowSize: number,
  rowsPerGraph: ArrayLike<number>,
): NodeStoreLayout {
  if (!Number.isInteger(rowSize) || rowSize < 1) {
    throw new AppError('argument_invalid', `a node store cannot have rows of ${rowSize} numbers`);
  }
  const graphs = rowsPerGraph.length;
  const firstRows = new Float64Array(graphs + 1);
  for (let graph = 0; graph < graphs; graph++) {
    const count = rowsPerGraph[graph] as number;
    if (!Number.isInteger(count) || count < 1) {
      throw new AppError('argument_invalid', `graph ${graph} of a node store has ${count} rows`);
    }
    firstRows[graph + 1] = (firstRows[graph] as number) + count;
  }
  const rows = firstRows[graphs] as number;
  return { dtype, rowSize, graphs, rows, firstRows, ...nodeStoreOffsets(dtype, rowSize, graphs, rows) };
}

/** Refuses graphs `[from, to)` that the store does not have. */
export function assertGraphs(name: string, graphs: number, from: number, to: number): void {
  if (Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= graphs) return;
  throw new AppError('argument_invalid', `${name} has graphs 0 to ${graphs - 1}, not ${from} to ${to - 1}`);
}
