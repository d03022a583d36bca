import { AppError } from '../errors/index.ts';
import { assertRange, type ByteSource } from '../formats/byte-source.ts';
import { float16BitsToFloat32 } from '../formats/float16.ts';
import type { WorkOptions } from '../model/index.ts';
import { type Crc32c, loadCrc32c } from './checksum.ts';
import {
  assertGraphs,
  NODE_STORE,
  type NodeDtype,
  type NodeStoreLayout,
  nodeStoreOffsets,
} from './node-store-layout.ts';

const RESTORE = 'the file is damaged; build the generation again or restore it from its source';
/** Bytes that one step of `verify` reads. */
const STEP = 4 << 20;

/** Reads graphs from a node store by range and checks each against its checksum. */
export class NodeStoreReader {
  readonly layout: NodeStoreLayout;
  readonly #source: ByteSource;
  readonly #checksums: Uint32Array;
  readonly #crc32c: Crc32c;

  private constructor(source: ByteSource, layout: NodeStoreLayout, checksums: Uint32Array, crc32c: Crc32c) {
    this.#source = source;
    this.layout = layout;
    this.#checksums = checksums;
    this.#crc32c = crc32c;
  }

  /**
   * Reads the header and the tables. The caller closes the source after the reader's last use.
   *
   * @throws AppError `format_invalid`, `format_unsupported`, `checksum_mismatch`.
   */
  static async open(source: ByteSource): Promise<NodeStoreReader> {
    const crc32c = await loadCrc32c();
    const layout = await readLayout(source, crc32c);
    const table = await source.read(layout.checksumsOffset, 4 * layout.graphs);
    const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
    const checksums = Uint32Array.from({ length: layout.graphs }, (_, graph) =>
      view.getUint32(4 * graph, true),
    );
    return new NodeStoreReader(source, layout, checksums, crc32c);
  }

  /** Nodes of graph `i`, `[rows, D]`. */
  async readGraph(graph: number): Promise<Float32Array> {
    const [nodes] = await this.readGraphs(graph, graph + 1);
    return nodes as Float32Array;
  }

  /**
   * Nodes of graphs `[from, to)`, each `[rows, D]`, with one ranged read.
   *
   * @throws AppError `argument_invalid` for graphs that do not exist, `checksum_mismatch` for damaged bytes.
   */
  async readGraphs(from: number, to: number): Promise<Float32Array[]> {
    const { layout } = this;
    assertGraphs(this.#source.name, layout.graphs, from, to);
    const firstRow = layout.firstRows[from] as number;
    const rows = (layout.firstRows[to] as number) - firstRow;
    const bytes = await this.#source.read(
      layout.rowsOffset + firstRow * layout.rowBytes,
      rows * layout.rowBytes,
    );
    return Array.from({ length: to - from }, (_, index) => {
      const graph = from + index;
      const start = ((layout.firstRows[graph] as number) - firstRow) * layout.rowBytes;
      const end = ((layout.firstRows[graph + 1] as number) - firstRow) * layout.rowBytes;
      const own = bytes.subarray(start, end);
      if (this.#crc32c(own) !== this.#checksums[graph]) {
        throw new AppError(
          'checksum_mismatch',
          `${this.#source.name}: graph ${graph} does not have the bytes that were written`,
          {
            hint: RESTORE,
          },
        );
      }
      return decodeNumbers(layout.dtype, own);
    });
  }

  /** Reads everything and checks it. Progress counts graphs. */
  async verify(options: WorkOptions = {}): Promise<void> {
    const { graphs, firstRows, rowBytes } = this.layout;
    for (let from = 0; from < graphs; ) {
      if (options.signal?.aborted) {
        throw new AppError('cancelled', `checking ${this.#source.name} was cancelled`);
      }
      let to = from + 1;
      while (to < graphs && ((firstRows[to + 1] as number) - (firstRows[from] as number)) * rowBytes <= STEP)
        to++;
      await this.readGraphs(from, to);
      options.onProgress?.(to, graphs);
      from = to;
    }
  }
}

async function readLayout(source: ByteSource, crc32c: Crc32c): Promise<NodeStoreLayout> {
  const invalid = (what: string): AppError =>
    new AppError('format_invalid', `${source.name}: ${what}`, { hint: RESTORE });
  assertRange(source.name, source.size, 0, NODE_STORE.headerBytes);
  const header = await source.read(0, NODE_STORE.headerBytes);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (new TextDecoder('latin1').decode(header.subarray(0, 8)) !== NODE_STORE.magic) {
    throw invalid('is not a node store');
  }
  const version = view.getUint32(8, true);
  if (version !== NODE_STORE.version) {
    throw new AppError('format_unsupported', `${source.name}: node store version ${version} is not known`);
  }
  const dtype = (['float32', 'float16'] as const).find(
    (name) => NODE_STORE.dtypes[name].id === view.getUint32(12, true),
  );
  if (dtype === undefined) throw invalid(`dtype ${view.getUint32(12, true)} is not known`);
  const rowSize = view.getUint32(16, true);
  const graphs = Number(view.getBigUint64(24, true));
  const rows = Number(view.getBigUint64(32, true));
  const offsets = nodeStoreOffsets(dtype, rowSize, graphs, rows);
  // Nothing is allocated until the file is known to be as large as its header says.
  if (offsets.byteLength !== source.size || rowSize === 0) {
    throw invalid(
      `${graphs} graphs of ${rows} rows need ${offsets.byteLength} bytes, but it has ${source.size}`,
    );
  }
  const start = (await source.read(0, offsets.checksumsOffset)).slice();
  const table = new DataView(start.buffer);
  const stored = table.getUint32(20, true);
  table.setUint32(20, 0, true);
  if (crc32c(start) !== stored) {
    throw new AppError('checksum_mismatch', `${source.name}: the table of rows is damaged`, {
      hint: RESTORE,
    });
  }
  const firstRows = Float64Array.from({ length: graphs + 1 }, (_, graph) =>
    Number(table.getBigUint64(NODE_STORE.headerBytes + 8 * graph, true)),
  );
  const ordered = firstRows.every((row, graph) =>
    graph === 0 ? row === 0 : row > (firstRows[graph - 1] as number),
  );
  if (!ordered || firstRows[graphs] !== rows) throw invalid('its table of rows is not ascending');
  return { dtype, rowSize, graphs, rows, firstRows, ...offsets };
}

function decodeNumbers(dtype: NodeDtype, bytes: Uint8Array): Float32Array {
  // A copy, because the range may start anywhere, but typed arrays must start at a multiple of their element size.
  const own = bytes.slice();
  return dtype === 'float32'
    ? new Float32Array(own.buffer)
    : float16BitsToFloat32(new Uint16Array(own.buffer));
}
