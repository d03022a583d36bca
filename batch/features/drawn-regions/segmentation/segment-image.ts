import { type LabImage, labDistance } from '../colour/lab-image.ts';
import { DisjointSets } from './disjoint-sets.ts';

/** An image split into segments: the segment number of each pixel, `0 … count - 1`, row-major. */
export interface Segmentation {
  readonly width: number;
  readonly height: number;
  readonly labels: Int32Array;
  readonly count: number;
}

export interface SegmentationOptions {
  /** k of the paper: the larger, the more difference a segment may contain. In Oklab distance times pixels. */
  readonly scale: number;
  /** Minimum number of pixels in a segment. */
  readonly smallest: number;
}

/** Weights are sorted by counting, in steps far below what people notice. */
const WEIGHT_STEPS = 2048;
/** Larger distances count as equal. */
const FARTHEST = 0.5;
/** Steps of eight-bit gradients, which nobody notices, count as zero: a flat band has no inner difference to absorb one. */
const UNSEEN = 0.012;

/**
 * Graph-based segmentation (Felzenszwalb and Huttenlocher, "Efficient Graph-Based Image Segmentation", 2004). Pixels
 * are joined along their 8-neighbour edges, smallest difference first, as long as an edge is not larger than the inner
 * difference of both sides plus `scale / size`. So a gradient, which differs little from pixel to pixel, stays in one
 * segment.
 */
export function segmentImage(image: LabImage, { scale, smallest }: SegmentationOptions): Segmentation {
  const { width, height } = image;
  const edges = sortedEdges(image);
  const sets = new DisjointSets(width * height);
  const thresholds = new Float32Array(width * height).fill(scale);
  for (let index = 0; index < edges.count; index++) {
    const first = sets.find(edges.first[index] as number);
    const second = sets.find(edges.second[index] as number);
    const weight = edges.weights[index] as number;
    if (first === second || weight > (thresholds[first] as number) || weight > (thresholds[second] as number))
      continue;
    const root = sets.join(first, second);
    thresholds[root] = weight + scale / (sets.sizes[root] as number);
  }
  for (let index = 0; index < edges.count; index++) {
    const first = sets.find(edges.first[index] as number);
    const second = sets.find(edges.second[index] as number);
    const least = Math.min(sets.sizes[first] as number, sets.sizes[second] as number);
    if (first !== second && least < smallest) sets.join(first, second);
  }
  return numbered(sets, width, height);
}

interface Edges {
  readonly count: number;
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly weights: Float32Array;
}

/** The edges to the right, below and on both lower diagonals, sorted by weight (a stable counting sort). */
function sortedEdges(image: LabImage): Edges {
  const { width, height } = image;
  const most = 4 * width * height;
  const [from, to, step] = [new Int32Array(most), new Int32Array(most), new Uint16Array(most)];
  const starts = new Int32Array(WEIGHT_STEPS + 1);
  let count = 0;
  const add = (first: number, second: number): void => {
    const distance = Math.max(0, labDistance(image, first, second) - UNSEEN);
    const weight = Math.round(Math.min(1, distance / FARTHEST) * (WEIGHT_STEPS - 1));
    from[count] = first;
    to[count] = second;
    step[count++] = weight;
    starts[weight + 1] = (starts[weight + 1] as number) + 1;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (x + 1 < width) add(at, at + 1);
      if (y + 1 === height) continue;
      add(at, at + width);
      if (x + 1 < width) add(at, at + width + 1);
      if (x > 0) add(at, at + width - 1);
    }
  }
  for (let weight = 0; weight < WEIGHT_STEPS; weight++) {
    starts[weight + 1] = (starts[weight + 1] as number) + (starts[weight] as number);
  }
  const edges = {
    count,
    first: new Int32Array(count),
    second: new Int32Array(count),
    weights: new Float32Array(count),
  };
  for (let index = 0; index < count; index++) {
    const weight = step[index] as number;
    const place = starts[weight] as number;
    starts[weight] = place + 1;
    edges.first[place] = from[index] as number;
    edges.second[place] = to[index] as number;
    edges.weights[place] = (weight * FARTHEST) / (WEIGHT_STEPS - 1);
  }
  return edges;
}

/** Numbers the sets in the order of their first pixels. */
function numbered(sets: DisjointSets, width: number, height: number): Segmentation {
  const labels = new Int32Array(width * height);
  const numbers = new Int32Array(width * height).fill(-1);
  let count = 0;
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const root = sets.find(pixel);
    if (numbers[root] === -1) numbers[root] = count++;
    labels[pixel] = numbers[root] as number;
  }
  return { width, height, labels, count };
}
