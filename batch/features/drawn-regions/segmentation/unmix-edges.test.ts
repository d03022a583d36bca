import { describe, expect, it } from 'vitest';
import type { LabImage } from '../colour/lab-image.ts';
import { unmixEdges } from './unmix-edges.ts';

/** An image of greys. */
function greys(rows: readonly (readonly number[])[]): LabImage {
  const lightness = Float32Array.from(rows.flat());
  return {
    width: rows[0]?.length ?? 0,
    height: rows.length,
    lightness,
    greenRed: new Float32Array(lightness.length),
    blueYellow: new Float32Array(lightness.length),
  };
}

function rowsOf({ lightness, width }: LabImage): number[][] {
  const values = [...lightness].map((value) => Number(value.toFixed(3)));
  return Array.from({ length: values.length / width }, (_, row) =>
    values.slice(row * width, (row + 1) * width),
  );
}

describe('unmixEdges', () => {
  it('gives a mixture the colour of the nearer side, along rows and columns', () => {
    const row = [0.1, 0.1, 0.3, 0.9, 0.9];
    expect(rowsOf(unmixEdges(greys([row])))).toEqual([[0.1, 0.1, 0.1, 0.9, 0.9]]);
    const column = row.map((value) => [value]);
    expect(rowsOf(unmixEdges(greys(column)))).toEqual([[0.1], [0.1], [0.1], [0.9], [0.9]]);
  });

  it('keeps a line one pixel wide', () => {
    const row = [0.9, 0.9, 0.2, 0.9, 0.9];
    expect(rowsOf(unmixEdges(greys([row])))).toEqual([row]);
  });

  it('keeps a soft gradient', () => {
    const row = [0.5, 0.52, 0.54, 0.56, 0.58];
    expect(rowsOf(unmixEdges(greys([row])))).toEqual([row]);
  });
});
