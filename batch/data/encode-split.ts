import type {
  CaptionGraph,
  Dependencies,
  Encoder,
  ImageGraph,
  WorkOptions,
} from '../../shared/model/index.ts';

/** Captions encoded at once: large enough for large matrix products, small enough for any memory. */
const CAPTION_BATCH = 256;
/** Bytes of region features passed to the encoder at once. */
const FEATURE_BATCH_BYTES = 64 * 2 ** 20;

/** Descriptions of whole images, readable in ranges. */
export interface WholeImages {
  /** W. */
  readonly size: number;
  /** `[to - from, W]`. */
  read(from: number, to: number): Promise<Float32Array>;
}

/** Vectors `[images, W]` that a pretrained encoder made of the images. */
export interface EncodedImages extends WholeImages {
  /** The identity of the encoder. */
  readonly by: string;
}

/** The images of a split, readable in ranges. */
export interface ImageRows {
  readonly images: number;
  /** R. */
  readonly regions: number;
  /** F. */
  readonly featureSize: number;
  /** Features `[to - from, R, F]`. */
  readFeatures(from: number, to: number): Promise<Float32Array>;
  /** Undefined if the data has none. */
  readonly whole?: WholeImages | undefined;
  /** Undefined if no pretrained encoder was used. */
  readonly encoded?: EncodedImages | undefined;
}

/** Number of images that fit into one encoding step. */
export function imageBatch(regions: number, featureSize: number): number {
  return Math.max(1, Math.min(128, Math.floor(FEATURE_BATCH_BYTES / (regions * featureSize * 4))));
}

/**
 * Encodes every image of a split.
 *
 * @param boxes `[images, R, 4]`, the fractions for structure-level matching.
 */
export async function encodeImageGraphs(
  encoder: Encoder,
  rows: ImageRows,
  boxes: Float32Array,
  { signal, onProgress }: WorkOptions = {},
): Promise<ImageGraph[]> {
  const graphs: ImageGraph[] = [];
  const batch = imageBatch(rows.regions, rows.featureSize);
  for (let from = 0; from < rows.images; from += batch) {
    signal?.throwIfAborted();
    const to = Math.min(rows.images, from + batch);
    const nodes = await encoder.encodeImages(await rows.readFeatures(from, to), to - from, rows.regions);
    const size = nodes.length / (to - from);
    for (let image = from; image < to; image++) {
      graphs.push({
        nodes: nodes.subarray((image - from) * size, (image - from + 1) * size),
        boxes: boxes.subarray(image * rows.regions * 4, (image + 1) * rows.regions * 4),
      });
    }
    onProgress?.(to, rows.images);
  }
  return graphs;
}

/** Encodes captions given as word ids (with `<start>` and `<end>`), in their order. */
export async function encodeCaptionGraphs(
  encoder: Encoder,
  captions: readonly (readonly number[])[],
  dependencies: readonly Dependencies[] | undefined,
  { signal, onProgress }: WorkOptions = {},
): Promise<CaptionGraph[]> {
  const graphs: CaptionGraph[] = [];
  // Captions of similar length share a batch, because the cost of a batch depends on its longest caption.
  const order = captions.map((_, index) => index);
  order.sort((a, b) => (captions[a]?.length ?? 0) - (captions[b]?.length ?? 0) || a - b);
  for (let from = 0; from < order.length; from += CAPTION_BATCH) {
    signal?.throwIfAborted();
    const batch = order.slice(from, from + CAPTION_BATCH);
    const encoded = await encoder.encodeCaptions(batch.map((index) => captions[index] ?? []));
    for (const [position, index] of batch.entries()) {
      graphs[index] = { words: encoded[position] ?? new Float32Array(), dependencies: dependencies?.[index] };
    }
    onProgress?.(Math.min(order.length, from + CAPTION_BATCH), order.length);
  }
  return graphs;
}
