import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../formats/byte-source.ts';
import { loadCrc32c } from './checksum.ts';
import { type NodeDtype, type NodeStoreLayout, nodeStoreLayout } from './node-store-layout.ts';
import { NodeStoreReader } from './node-store-reader.ts';
import { encodeNodeStoreChunk, encodeNodeStoreHeader, type FilePiece } from './node-store-writer.ts';

const crc32c = await loadCrc32c();

function write(file: Uint8Array, pieces: readonly FilePiece[]): void {
  for (const { offset, bytes } of pieces) file.set(bytes, offset);
}

/** Numbers that float16 holds exactly. */
function graphsOf(rows: readonly number[], rowSize: number): Float32Array[] {
  return rows.map((count, graph) =>
    Float32Array.from({ length: count * rowSize }, (_, index) => ((graph * 31 + index * 7) % 64) / 32 - 1),
  );
}

function storeOf(layout: NodeStoreLayout, graphs: readonly Float32Array[]): Uint8Array {
  const file = new Uint8Array(layout.byteLength);
  write(file, [encodeNodeStoreHeader(layout, crc32c), ...encodeNodeStoreChunk(layout, 0, graphs, crc32c)]);
  return file;
}

describe.each<NodeDtype>(['float16', 'float32'])('node store, %s', (dtype) => {
  const rows = [3, 1, 5, 2];
  const layout = nodeStoreLayout(dtype, 5, rows);
  const graphs = graphsOf(rows, 5);
  const file = storeOf(layout, graphs);
  const open = (bytes: Uint8Array): Promise<NodeStoreReader> =>
    NodeStoreReader.open(bytesSource('nodes', bytes));

  it('returns what was written, by graph and by range', async () => {
    const reader = await open(file);
    expect(reader.layout).toEqual(layout);
    expect(await reader.readGraphs(0, 4)).toEqual(graphs);
    expect(await reader.readGraphs(1, 3)).toEqual(graphs.slice(1, 3));
    expect(await reader.readGraph(3)).toEqual(graphs[3]);
    expect(await reader.readGraphs(2, 2)).toEqual([]);
    await reader.verify();
  });

  it('has the same bytes in whatever order and however often its pieces are written', () => {
    const other = new Uint8Array(layout.byteLength);
    write(other, encodeNodeStoreChunk(layout, 2, graphs.slice(2), crc32c));
    write(other, encodeNodeStoreChunk(layout, 0, graphs.slice(0, 1), crc32c));
    const joined = Float32Array.from(graphs.slice(0, 2).flatMap((graph) => [...graph]));
    write(other, encodeNodeStoreChunk(layout, 0, joined, crc32c));
    write(other, [encodeNodeStoreHeader(layout, crc32c)]);
    expect(other).toEqual(file);
  });

  it('refuses graphs that do not exist and numbers that do not fit', async () => {
    const reader = await open(file);
    for (const [from, to] of [
      [-1, 1],
      [0, 5],
      [3, 2],
      [0.5, 1],
    ] as const) {
      await expect(reader.readGraphs(from, to)).rejects.toMatchObject({ code: 'argument_invalid' });
    }
    expect(() => encodeNodeStoreChunk(layout, 0, [new Float32Array(14)], crc32c)).toThrow(
      expect.objectContaining({ code: 'shape_mismatch' }),
    );
    expect(() => encodeNodeStoreChunk(layout, 0, [new Float32Array(15).fill(Number.NaN)], crc32c)).toThrow(
      expect.objectContaining({ code: 'argument_invalid' }),
    );
    expect(() => encodeNodeStoreChunk(layout, 3, graphs.slice(0, 2), crc32c)).toThrow(
      expect.objectContaining({ code: 'argument_invalid' }),
    );
    expect(() => nodeStoreLayout(dtype, 5, [1, 0])).toThrow(
      expect.objectContaining({ code: 'argument_invalid' }),
    );
  });

  it('finds every flipped bit that matters', async () => {
    const padding = { from: layout.checksumsOffset + 4 * layout.graphs, to: layout.rowsOffset };
    for (let at = 0; at < file.length; at++) {
      if (at >= padding.from && at < padding.to) continue;
      const broken = file.slice();
      broken[at] = (broken[at] as number) ^ (1 << (at % 8));
      const check = open(broken).then((reader) => reader.verify());
      await expect(check, `byte ${at}`).rejects.toMatchObject({
        code: expect.stringMatching(/^(checksum_mismatch|format_invalid|format_unsupported)$/),
      });
    }
  });

  it('refuses every truncated file', async () => {
    for (let length = 0; length < file.length; length += 3) {
      await expect(open(file.subarray(0, length))).rejects.toMatchObject({ code: 'format_invalid' });
    }
  });

  it('survives any header without a large allocation', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 0, maxLength: 64 }), async (header) => {
        const broken = file.slice();
        broken.set(header.subarray(0, 56), 8);
        await open(broken).then(
          (reader) => reader.verify(),
          (thrown: unknown) => expect(thrown).toMatchObject({ name: 'AppError' }),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('can be empty', async () => {
    const none = nodeStoreLayout(dtype, 5, []);
    const reader = await open(storeOf(none, []));
    await reader.verify();
    expect(await reader.readGraphs(0, 0)).toEqual([]);
  });
});

describe('node store, float16', () => {
  it('refuses numbers that overflow', () => {
    const layout = nodeStoreLayout('float16', 1, [1]);
    expect(() => encodeNodeStoreChunk(layout, 0, [Float32Array.of(65520)], crc32c)).toThrow(
      expect.objectContaining({ code: 'argument_invalid' }),
    );
  });
});
