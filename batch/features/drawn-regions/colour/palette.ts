import { LINEAR, toOklab } from './oklab.ts';

/** The greys of the histograms, as sRGB: black, dark, middle and light grey, white. */
const GREYS = [
  [0x0c, 0x0c, 0x0c],
  [0x55, 0x55, 0x58],
  [0x9a, 0x9a, 0x9a],
  [0xd6, 0xd6, 0xd6],
  [0xff, 0xff, 0xff],
] as const;

/** The hues of the histograms, in degrees of Oklab, dense where English has many words, each in a deep and a full shade. */
const HUES = [0, 29, 58, 90, 118, 145, 195, 240, 268, 305, 335];
const SHADES = [
  { lightness: 0.45, chroma: 0.1 },
  { lightness: 0.72, chroma: 0.14 },
];

/** Standard deviation of an entry's weight, in Oklab distance. */
const WIDTH = 0.085;

/** Cells of the table along L, a and b. */
const CELLS = 25;
const REACH = 0.32;

/** K, the number of entries. */
export const PALETTE_SIZE = GREYS.length + HUES.length * SHADES.length;

/** Number of entries if the shades of a hue count as one: the greys, then the hues. */
export const HUE_COUNT = GREYS.length + HUES.length;

/** The index below `HUE_COUNT` of an entry of the palette. */
export function hueOf(entry: number): number {
  return entry < GREYS.length ? entry : GREYS.length + Math.floor((entry - GREYS.length) / SHADES.length);
}

/** Offset of the K weights of a colour in `paletteWeights()`. */
export function paletteOffset(lightness: number, greenRed: number, blueYellow: number): number {
  const l = cell(lightness);
  const a = cell((greenRed + REACH) / (2 * REACH));
  const b = cell((blueYellow + REACH) / (2 * REACH));
  return ((l * CELLS + a) * CELLS + b) * PALETTE_SIZE;
}

let table: Float32Array | undefined;

/** The weights of each colour for the K entries, with sum 1; the weights of a colour start at its `paletteOffset`. */
export function paletteWeights(): Float32Array {
  table ??= weightTable();
  return table;
}

function cell(part: number): number {
  return Math.round(Math.min(1, Math.max(0, part)) * (CELLS - 1));
}

function labOf(rgb: readonly [number, number, number]): [number, number, number] {
  const planes = {
    lightness: new Float32Array(1),
    greenRed: new Float32Array(1),
    blueYellow: new Float32Array(1),
  };
  const [red, green, blue] = rgb.map((value) => LINEAR[value] as number) as [number, number, number];
  toOklab(red, green, blue, planes, 0);
  return [planes.lightness[0] as number, planes.greenRed[0] as number, planes.blueYellow[0] as number];
}

function polar(
  hue: number,
  { lightness, chroma }: { readonly lightness: number; readonly chroma: number },
): [number, number, number] {
  const angle = (hue * Math.PI) / 180;
  return [lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)];
}

/** Gaussian weights by Oklab distance, normalised over the entries; a colour far from all entries counts for the nearest. */
function weightTable(): Float32Array {
  const entries = [...GREYS.map(labOf), ...HUES.flatMap((hue) => SHADES.map((shade) => polar(hue, shade)))];
  const weights = new Float32Array(CELLS ** 3 * PALETTE_SIZE);
  let at = 0;
  for (let l = 0; l < CELLS; l++) {
    for (let a = 0; a < CELLS; a++) {
      for (let b = 0; b < CELLS; b++) {
        const colour = [l / (CELLS - 1), ...[a, b].map((part) => (2 * REACH * part) / (CELLS - 1) - REACH)];
        const distances = entries.map((entry) =>
          entry.reduce((sum, value, axis) => sum + (value - (colour[axis] as number)) ** 2, 0),
        );
        const least = Math.min(...distances);
        const raw = distances.map((distance) => Math.exp((least - distance) / (2 * WIDTH * WIDTH)));
        const total = raw.reduce((sum, value) => sum + value, 0);
        for (const value of raw) weights[at++] = value / total;
      }
    }
  }
  return weights;
}
