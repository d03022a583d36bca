import { npyHeader, writeNpy } from '../../shared/formats/npy/index.ts';
import {
  type Crc32c,
  encodeNodeStoreChunk,
  encodeNodeStoreHeader,
  GENERATION_PATHS,
  type NodeStoreLayout,
  nodeStoreLayout,
} from '../../shared/generation/index.ts';
import type { Encoder, WorkOptions } from '../../shared/model/index.ts';
import type { RecallEncoder } from '../../shared/retrieval/index.ts';
import { imageBatch } from '../data/encode-split.ts';
import { recallImages } from '../data/recall-images.ts';
import { type GenerationPlan, NODE_DTYPE } from './plan.ts';
import type { Staging } from './staging.ts';

/**
 * Captions encoded at once. Fixed, like all batch sizes here: the limits of batches are part of what makes a build
 * reproducible.
 */
const CAPTION_BATCH = 256;

/** The inputs of both stages. */
export interface EncodeContext {
  readonly plan: GenerationPlan;
  readonly staging: Staging;
  readonly encoder: Encoder;
  readonly recall: RecallEncoder;
  readonly crc32c: Crc32c;
}

/**
 * Encodes every image that is not in the journal yet: nodes, coarse vector, boxes. Progress counts images.
 */
export async function encodeImages(
  context: EncodeContext,
  { signal, onProgress }: WorkOptions = {},
): Promise<void> {
  const { plan, staging, encoder, recall, crc32c } = context;
  const { images, regions, featureSize, boxes } = plan.split;
  const { jointSize } = plan.model.config;
  const layout = nodeStoreLayout(NODE_DTYPE, jointSize, new Uint32Array(images).fill(regions));
  const batch = imageBatch(regions, featureSize);
  const first = staging.done('images');
  if (first === 0) {
    await startStore(context, GENERATION_PATHS.imageNodes, layout, GENERATION_PATHS.imageVectors);
    const shaped = writeNpy({ shape: [images, regions, 4], data: boxes });
    await staging.writeWhole(GENERATION_PATHS.boxes, shaped);
  }
  for (let from = first; from < images; from += batch) {
    signal?.throwIfAborted();
    const to = Math.min(images, from + batch);
    const features = await plan.split.readFeatures(from, to);
    const nodes = await encoder.encodeImages(features, to - from, regions);
    const graphs = Array.from({ length: to - from }, (_, index) => ({
      nodes: part(nodes, index, regions * jointSize),
      boxes: part(boxes, from + index, regions * 4),
    }));
    const vectors = await recall.encodeImages(await recallImages(plan.split, from, graphs, features));
    await staging.writePieces(GENERATION_PATHS.imageNodes, encodeNodeStoreChunk(layout, from, nodes, crc32c));
    await writeVectors(context, GENERATION_PATHS.imageVectors, images, from, vectors);
    await staging.advance('images', to);
    onProgress?.(to, images);
  }
  await staging.advance('images', images, true);
}

/** Encodes every caption that is not in the journal yet. Progress counts captions. */
export async function encodeCaptions(
  context: EncodeContext,
  { signal, onProgress }: WorkOptions = {},
): Promise<void> {
  const { plan, staging, encoder, recall, crc32c } = context;
  const { captions, model } = plan;
  const lengths = captions.map(({ ids }) => ids.length);
  const layout = nodeStoreLayout(NODE_DTYPE, model.config.jointSize, lengths);
  const first = staging.done('captions');
  if (first === 0)
    await startStore(context, GENERATION_PATHS.captionNodes, layout, GENERATION_PATHS.captionVectors);
  for (let from = first; from < captions.length; from += CAPTION_BATCH) {
    signal?.throwIfAborted();
    const to = Math.min(captions.length, from + CAPTION_BATCH);
    const some = captions.slice(from, to);
    const words = await encoder.encodeCaptions(some.map(({ ids }) => ids));
    const vectors = await recall.encodeTexts(
      words.map((nodes, index) => ({ text: some[index]?.text, ids: some[index]?.ids ?? [], words: nodes })),
    );
    await staging.writePieces(
      GENERATION_PATHS.captionNodes,
      encodeNodeStoreChunk(layout, from, words, crc32c),
    );
    await writeVectors(context, GENERATION_PATHS.captionVectors, captions.length, from, vectors);
    await staging.advance('captions', to);
    onProgress?.(to, captions.length);
  }
  await staging.advance('captions', captions.length, true);
}

/** Writes the headers of both files; the zeros of the checksums and vectors of an empty store have no bytes. */
async function startStore(
  { staging, crc32c, recall }: EncodeContext,
  nodes: string,
  layout: NodeStoreLayout,
  vectors: string,
): Promise<void> {
  const padding = {
    offset: layout.checksumsOffset,
    bytes: new Uint8Array(layout.rowsOffset - layout.checksumsOffset),
  };
  await staging.writePieces(nodes, [encodeNodeStoreHeader(layout, crc32c), padding]);
  const header = npyHeader([layout.graphs, recall.dimensions], 'float32');
  await staging.writePieces(vectors, [{ offset: 0, bytes: header }]);
}

async function writeVectors(
  { staging, recall }: EncodeContext,
  path: string,
  count: number,
  from: number,
  vectors: readonly Float32Array[],
): Promise<void> {
  const k = recall.dimensions;
  const rows = new Float32Array(vectors.length * k);
  for (const [index, vector] of vectors.entries()) rows.set(vector, index * k);
  const offset = npyHeader([count, k], 'float32').length + 4 * from * k;
  await staging.writePieces(path, [{ offset, bytes: new Uint8Array(rows.buffer) }]);
}

function part(values: Float32Array, index: number, size: number): Float32Array {
  return values.subarray(index * size, (index + 1) * size);
}
