import { AppError } from '../../shared/errors/index.ts';
import { BOX_FORMATS, type BoxFormat, boxesInPixels, boxFormatSchema } from './box-format.ts';
import type { StoredBoxes } from './image-boxes.ts';

/** Boxes may reach this many pixels outside their image: detectors round, and count from 0 or 1. */
const ROUNDING = 1;
/** Above this share of boxes outside, another reading of the file is looked for. */
const SUSPICIOUS = 0.01;
/** Above this share of boxes outside, boxes and sizes cannot belong together. */
const IMPOSSIBLE = 0.5;
/** Fractions reach 1; detectors round these, too. */
const LARGEST_FRACTION = 1.01;
/** Smaller images could have boxes of a pixel. */
const SMALLEST_SIDE = 2;

/** What can be wrong with a box; `inverted` and `beyond` (wholly outside its image) cannot be. */
type Fault = 'inverted' | 'beyond' | 'outside' | 'flat';

/** The boxes with each fault, by their positions in the array. */
type Faults = Readonly<Record<Fault, { count: number; first: number; farthest: number }>>;

/**
 * Refuses boxes that cannot be those of their images, and suggests how the file is to be read if that explains them.
 *
 * @param stored the boxes as in their file, one row for each image.
 * @param label names an image in messages.
 * @returns what is odd but possible, each as a sentence with its count.
 * @throws AppError `format_invalid` with file, image and region.
 */
export function assertPlausibleBoxes(
  stored: StoredBoxes,
  format: BoxFormat,
  label: (image: number) => string,
): string[] {
  const { paths, regions } = stored;
  const total = stored.boxRows.length / 4;
  const pixels = boxesInPixels(stored, format);
  const { inverted, beyond, outside, flat } = faultsOf(pixels);
  const where = (box: number): string => `${label(Math.floor(box / regions))}, region ${box % regions}`;
  const share = (count: number): string => `${count.toLocaleString('en')} of ${total.toLocaleString('en')}`;
  const refuse = (first: number, what: string, hint: string): never => {
    const numbers = stored.boxRows.subarray(first * 4, first * 4 + 4);
    const box = Array.from(numbers, (value) => Number(value.toPrecision(6))).join(' ');
    throw new AppError('format_invalid', `${paths.boxes}: ${where(first)}: the box ${box} ${what}`, { hint });
  };
  const again = (): string => explanation(stored, format) ?? advice(stored, format);

  const tiny = format === 'normalised' ? undefined : imageOfFractions(stored);
  if (tiny !== undefined) {
    refuse(tiny * regions, 'and all others of the image lie within its first pixel', again());
  }
  if (inverted.count > 0) {
    refuse(inverted.first, `ends before it begins, as ${share(inverted.count)} boxes do`, again());
  }
  if (beyond.count > 0) {
    refuse(beyond.first, `is outside its image, as ${share(beyond.count)} boxes are`, again());
  }
  if (outside.count > total * SUSPICIOUS) {
    const hint = explanation(stored, format);
    if (hint !== undefined || outside.count > total * IMPOSSIBLE) {
      refuse(
        outside.first,
        `reaches outside its image, as ${share(outside.count)} boxes do`,
        hint ?? `boxes and sizes do not belong together: look at ${paths.sizes}`,
      );
    }
  }
  if (flat.count === total) refuse(flat.first, 'has no area, as no box has', again());
  const odd = (count: number, first: number, what: string): string[] =>
    count === 0
      ? []
      : [`${paths.boxes}: ${share(count)} boxes ${what} (first: ${where(first)}); they are used as they are`];
  const farthest = Math.ceil(outside.farthest);
  return [
    ...odd(outside.count, outside.first, `reach outside their image, by up to ${farthest} pixels`),
    ...odd(flat.count, flat.first, 'have no area'),
  ];
}

/** Another way to read the file in which (almost) all boxes fit into their images, as an instruction. */
function explanation(stored: StoredBoxes, format: BoxFormat): string | undefined {
  const [found] = formatsThatFit(stored, format, 0);
  if (found !== undefined) return `these look like ${BOX_FORMATS[found]}: --box-format ${found}`;
  const swapped = stored.sizeRows.map((_, index) => stored.sizeRows[index ^ 1] as number);
  if (!fits(boxesInPixels({ ...stored, sizeRows: swapped }, format))) return undefined;
  return `width and height look swapped: in ${stored.paths.sizes}, or x and y in ${stored.paths.boxes}`;
}

/** What to do about boxes that no other reading explains; one that explains almost all of them is named. */
function advice(stored: StoredBoxes, format: BoxFormat): string {
  const nearly = formatsThatFit(stored, format, SUSPICIOUS).map(
    (other) => `; almost all boxes are plausible as ${BOX_FORMATS[other]}: --box-format ${other}`,
  );
  return `boxes are read as ${BOX_FORMATS[format]}${nearly.join('')}; extract the regions of this image again`;
}

/** The other formats in which the boxes are plausible but for some share of them, which cannot be. */
function formatsThatFit(stored: StoredBoxes, format: BoxFormat, impossible: number): BoxFormat[] {
  return boxFormatSchema.options.filter(
    (other) =>
      other !== format &&
      fits(boxesInPixels(stored, other), impossible) &&
      // As pixels, fractions fit into any image.
      (other === 'normalised' || imageOfFractions(stored) === undefined),
  );
}

/** @param impossible the largest share of boxes that end before they begin or are outside their images */
function fits(pixels: StoredBoxes, impossible = 0): boolean {
  const { inverted, beyond, outside, flat } = faultsOf(pixels);
  const total = pixels.boxRows.length / 4;
  return (
    inverted.count + beyond.count <= total * impossible &&
    outside.count <= total * SUSPICIOUS &&
    flat.count < total
  );
}

/** Counts the faults of boxes x1 y1 x2 y2 in pixels. */
function faultsOf({ regions, boxRows, sizeRows }: StoredBoxes): Faults {
  const none = () => ({ count: 0, first: -1, farthest: 0 });
  const faults = { inverted: none(), beyond: none(), outside: none(), flat: none() };
  for (let box = 0; box < boxRows.length / 4; box++) {
    const row = Math.floor(box / regions);
    const [x1, y1] = [boxRows[box * 4] as number, boxRows[box * 4 + 1] as number];
    const [x2, y2] = [boxRows[box * 4 + 2] as number, boxRows[box * 4 + 3] as number];
    const [width, height] = [sizeRows[row * 2] as number, sizeRows[row * 2 + 1] as number];
    // How far it reaches outside, in the direction in which it reaches farthest.
    const over = Math.max(-x1, -y1, x2 - width, y2 - height);
    let fault: Fault | undefined;
    if (x2 < x1 || y2 < y1) fault = 'inverted';
    else if (Math.max(x1 - width, y1 - height, -x2, -y2) > ROUNDING) fault = 'beyond';
    else if (over > ROUNDING) fault = 'outside';
    else if (x1 === x2 || y1 === y2) fault = 'flat';
    if (fault === undefined) continue;
    const found = faults[fault];
    if (found.count === 0) found.first = box;
    found.count++;
    found.farthest = Math.max(found.farthest, over);
  }
  return faults;
}

/** The first image whose boxes are all within its first pixel, although not all of them are empty. */
function imageOfFractions({ regions, boxRows, sizeRows }: StoredBoxes): number | undefined {
  for (let row = 0; row < sizeRows.length / 2; row++) {
    if (Math.min(sizeRows[row * 2] as number, sizeRows[row * 2 + 1] as number) <= SMALLEST_SIDE) continue;
    const boxes = boxRows.subarray(row * regions * 4, (row + 1) * regions * 4);
    const some = boxes.some(
      (value, index) => index % 4 === 3 && value > 0 && (boxes[index - 1] as number) > 0,
    );
    if (some && boxes.every((value) => value <= LARGEST_FRACTION)) return row;
  }
  return undefined;
}
