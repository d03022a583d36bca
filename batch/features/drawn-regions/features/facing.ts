import type { LabImage } from '../colour/lab-image.ts';
import weights from './facing-weights.json' with { type: 'json' };
import { CORE, MARGIN, type Sample, SIDE } from './sample.ts';

/** Cells along each side, and numbers of a cell: its share of the region, and the region's colour in it. */
const CELLS = 8;
const STEP = CORE / CELLS;
const CHANNELS = 4;
/** Colours differ by less than lightness does. */
const CHROMA = 4;

/** Numbers that the direction is told from. */
export const FACING_INPUTS = CELLS * CELLS * CHANNELS;

/** A sample of a region, not mirrored, in coarse cells: `[CELLS, CELLS, CHANNELS]`. */
export function facingInputs(
  { lightness, greenRed, blueYellow }: LabImage,
  { pixels, mask }: Sample,
): Float32Array {
  const inputs = new Float32Array(FACING_INPUTS);
  for (let row = 0; row < CORE; row++) {
    for (let column = 0; column < CORE; column++) {
      const at = (row + MARGIN) * SIDE + column + MARGIN;
      if (mask[at] === 0) continue;
      const pixel = pixels[at] as number;
      const cell = CHANNELS * (Math.floor(row / STEP) * CELLS + Math.floor(column / STEP));
      for (const [channel, value] of [
        1,
        lightness[pixel] as number,
        CHROMA * (greenRed[pixel] as number),
        CHROMA * (blueYellow[pixel] as number),
      ].entries()) {
        inputs[cell + channel] = (inputs[cell + channel] as number) + value / (STEP * STEP);
      }
    }
  }
  return inputs;
}

/** The inputs of the mirrored region. */
export function mirroredInputs(inputs: Float32Array): Float32Array {
  return inputs.map((_, at) => {
    const [channel, cell] = [at % CHANNELS, Math.floor(at / CHANNELS)];
    const [row, column] = [Math.floor(cell / CELLS), cell % CELLS];
    return inputs[CHANNELS * (row * CELLS + CELLS - 1 - column) + channel] as number;
  });
}

/** A network with one hidden layer. */
export interface FacingWeights {
  /** What one step of `inner` is worth. */
  readonly unit: number;
  /** `[FACING_INPUTS, hidden]`, int8, base64 */
  readonly inner: string;
  /** `[hidden]` */
  readonly bias: readonly number[];
  /** `[hidden]` */
  readonly outer: readonly number[];
}

/**
 * The function that gives the probability that a region faces right: the network says how much the region looks so, and what it says of
 * the mirrored region is subtracted.
 */
export function facingNetwork({ unit, inner, bias, outer }: FacingWeights): (inputs: Float32Array) => number {
  const steps = Int8Array.from(Buffer.from(inner, 'base64'));
  const looksRight = (inputs: Float32Array): number => {
    const hidden = Float64Array.from(bias);
    for (let at = 0; at < FACING_INPUTS; at++) {
      const value = (inputs[at] as number) * unit;
      if (value === 0) continue;
      for (let k = 0; k < hidden.length; k++) {
        hidden[k] = (hidden[k] as number) + value * (steps[at * hidden.length + k] as number);
      }
    }
    return hidden.reduce((sum, value, k) => sum + Math.max(0, value) * (outer[k] as number), 0);
  };
  return (inputs) => 1 / (1 + Math.exp(looksRight(mirroredInputs(inputs)) - looksRight(inputs)));
}

/** As `npm run make:facing` fitted it, on drawings that no collection has. */
export const facesRight = facingNetwork(weights);
