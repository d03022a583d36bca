import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bytes of a `.npy` file, made without the project's own writer. */
export function npyBytes(descr: string, shape: readonly number[], data: ArrayBufferView): Buffer {
  const extents = shape.map((extent) => `${extent},`).join(' ');
  const header = `{'descr': ${descr}, 'fortran_order': False, 'shape': (${extents}), }`;
  const padded = `${header.padEnd(117)}\n`;
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY', 'latin1'), 1, 0, 118, 0]);
  const body = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([start, Buffer.from(padded, 'latin1'), body]);
}

/** A structured array of widths and heights. */
export function sizeBytes(sizes: readonly (readonly [width: number, height: number])[]): Buffer {
  return npyBytes("[('image_w', '<i4'), ('image_h', '<i4')]", [sizes.length], Int32Array.from(sizes.flat()));
}

/** Files of a small split by name: images of 3 regions and 4 features, with five captions each or as many as requested. */
export function smallSplitFiles(
  split: string,
  images: number,
  rowsPerImage = 1,
  captionCount = images * 5,
): Map<string, Buffer | string> {
  const rows = images * rowsPerImage;
  const imageOf = (index: number, size: number): number => Math.floor(index / (size * rowsPerImage));
  const features = Int8Array.from(
    { length: rows * 12 },
    (_, index) => imageOf(index, 12) * 12 + (index % 12),
  );
  const boxes = Float32Array.from(
    { length: rows * 12 },
    (_, index) => imageOf(index, 12) + (index % 12) * 2 + (index % 4 < 2 ? 0 : 10),
  );
  const captions = Array.from({ length: captionCount }, (_, index) => index);
  const lines = (entries: readonly string[]): string => `${entries.join('\n')}\n`;
  const perImage = (entry: (image: number) => string): string =>
    lines(Array.from({ length: images }, (_, image) => entry(image)));
  return new Map<string, Buffer | string>([
    [`${split}_ims.npy`, npyBytes("'|i1'", [rows, 3, 4], features)],
    [`${split}_ims_bbx.npy`, npyBytes("'<f4'", [rows, 3, 4], boxes)],
    [
      `${split}_ims_size.npy`,
      sizeBytes(
        Array.from({ length: rows }, (_, row) => [
          100 + Math.floor(row / rowsPerImage),
          50 + Math.floor(row / rowsPerImage),
        ]),
      ),
    ],
    [`${split}_precaps_stan.txt`, lines(captions.map((caption) => `1,${4 + (caption % 3)},5,2`))],
    [`${split}_caps.txt`, lines(captions.map((caption) => `caption ${caption}`))],
    [
      `${split}_caps.json`,
      JSON.stringify(
        captions.map(() => [
          [0, 1],
          [1, 2],
        ]),
      ),
    ],
    [`${split}_images.txt`, perImage((image) => `${image}.jpg`)],
    [`${split}_metadata.jsonl`, perImage((image) => `{"place": ${image}}`)],
  ]);
}

/** Writes files to a new folder, uses it, and removes it. */
export async function withFolder<T>(
  files: ReadonlyMap<string, Buffer | string>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'gsmn-data-'));
  try {
    for (const [name, content] of files) writeFileSync(join(folder, name), content);
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
