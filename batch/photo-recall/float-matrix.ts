/** A matrix in memory, row-major. */
export interface FloatMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** Rows of unit length, and the lengths that they had. */
export function unitRows({ rows, columns, data }: FloatMatrix): {
  readonly unit: FloatMatrix;
  readonly lengths: Float32Array;
} {
  const out = new Float32Array(data.length);
  const lengths = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let square = 0;
    for (let c = 0; c < columns; c++) square += (data[row * columns + c] as number) ** 2;
    const length = Math.max(Math.sqrt(square), 1e-8);
    lengths[row] = length;
    for (let c = 0; c < columns; c++) {
      out[row * columns + c] = (data[row * columns + c] as number) / length;
    }
  }
  return { unit: { rows, columns, data: out }, lengths };
}

/** The gradient of rows before they were brought to unit length. */
export function unitRowsGradient(
  gradient: FloatMatrix,
  { unit, lengths }: ReturnType<typeof unitRows>,
): FloatMatrix {
  const { rows, columns, data } = gradient;
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let along = 0;
    for (let c = 0; c < columns; c++) {
      along += (data[start + c] as number) * (unit.data[start + c] as number);
    }
    for (let c = 0; c < columns; c++) {
      const rest = (data[start + c] as number) - along * (unit.data[start + c] as number);
      out[start + c] = rest / (lengths[row] as number);
    }
  }
  return { rows, columns, data: out };
}
