import { type EncodeKernel, evenRows, type LinearMemory } from '../../encode/index.ts';

/** Columns of a tile of a product. */
const TILE = 8;
/** Columns are rounded up to a multiple of this. */
const COLUMNS = 16;
/** Rows of one product: they stay in a close cache together with a tile of weights. */
const ROWS_AT_ONCE = 96;

/** `x W + b` in the kernel's memory. */
export interface LinearLayer {
  readonly inputSize: number;
  /** Rounded up to a multiple of 16; columns after the layer's own are 0. */
  readonly columns: number;
  readonly weights: number;
  readonly bias: number;
}

/** Columns of a layer next to others: `weight [I, columns]`, `bias [columns]` or zeros. */
export interface LinearPart {
  readonly weight: Float32Array;
  readonly columns: number;
  readonly bias?: Float32Array | undefined;
}

/** Layers with the same input as one layer; their columns are consecutive. */
export function writeLinear(
  memory: LinearMemory,
  inputSize: number,
  parts: readonly LinearPart[],
): LinearLayer {
  const columns = COLUMNS * Math.ceil(parts.reduce((sum, part) => sum + part.columns, 0) / COLUMNS);
  const weights = memory.take(4 * inputSize * columns);
  const bias = memory.take(4 * columns);
  const [tiles, biases] = [memory.floats(weights, inputSize * columns), memory.floats(bias, columns)];
  let first = 0;
  for (const part of parts) {
    for (let column = 0; column < part.columns; column++) {
      const at = first + column;
      const tile = Math.floor(at / TILE) * TILE * inputSize + (at % TILE);
      for (let row = 0; row < inputSize; row++) {
        tiles[tile + TILE * row] = part.weight[row * part.columns + column] as number;
      }
      biases[at] = part.bias?.[column] ?? 0;
    }
    first += part.columns;
  }
  return { inputSize, columns, weights, bias };
}

/** Floats of scratch that `runLinear` packs its input into. */
export function linearScratch({ inputSize }: Pick<LinearLayer, 'inputSize'>): number {
  return inputSize * ROWS_AT_ONCE;
}

/**
 * `out [rows + 3, columns] = x W + b`; the last three rows are space for the tiles of the product.
 * @param x address of rows, `step` floats apart
 * @param indices address of the integers 0, 1, 2, …, as many as there are rows
 * @param packed scratch
 */
export function runLinear(
  kernel: EncodeKernel,
  layer: LinearLayer,
  x: { readonly address: number; readonly step: number; readonly rows: number },
  { indices, packed }: { readonly indices: number; readonly packed: number },
  out: number,
): void {
  for (let start = 0; start < x.rows; start += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, x.rows - start);
    const even = evenRows(count);
    kernel.pack(x.address, 4 * x.step, indices + 4 * start, count, layer.inputSize, even, packed);
    const target = out + 4 * layer.columns * start;
    kernel.project(packed, even, layer.inputSize, layer.weights, layer.bias, layer.columns, target);
  }
}
