import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeNpy } from '../../shared/formats/npy/index.ts';
import {
  canonicalJson,
  comparesParses,
  createModel,
  encodeNodeStoreChunk,
  encodeNodeStoreHeader,
  GENERATION_PATHS,
  loadCrc32c,
  type Model,
  manifestBytes,
  modelFiles,
  nodeStoreLayout,
  sha256Hex,
} from '../../shared/generation/index.ts';
import type { CaptionGraph, ImageGraph } from '../../shared/model/index.ts';
import { writeParser } from '../../shared/parse/index.ts';
import {
  fitCentredPooling,
  openRecallEncoder,
  type RecallEncoder,
  type StoredRecallEncoder,
} from '../../shared/retrieval/index.ts';
import type {
  CaptionPayload,
  GenerationManifest,
  ImagePayload,
  ModelConfig,
} from '../../shared/schema/index.ts';
import { encodeQuery, parseVocabulary, type Vocabulary } from '../../shared/text/index.ts';
import type { QdrantStore } from '../../workers/clients/index.ts';
import { randomBoxes, randomNumbers, seededRandom } from './random.ts';
import { randomParameters, smallConfig } from './random-model.ts';
import { randomParser, smallParserConfig } from './random-parser.ts';

const WORDS = ['<pad>', '<start>', '<end>', '<unk>', 'a', 'dog', 'man', 'runs', 'on', 'grass', '.'];
const SENTENCES = ['a dog runs on grass .', 'a man runs .', 'a man on a dog .', 'grass .'];

/** A complete generation of random numbers, with the data in it. */
export interface TinyGeneration {
  readonly id: string;
  readonly manifest: GenerationManifest;
  readonly model: Model;
  readonly vocabulary: Vocabulary;
  readonly recall: RecallEncoder;
  readonly images: readonly ImageGraph[];
  readonly captions: readonly (CaptionGraph & CaptionPayload)[];
  /** The payload of each image. */
  readonly payloads: readonly ImagePayload[];
}

export interface TinyOptions {
  readonly seed?: number;
  readonly images?: number;
  /** Of each image. */
  readonly regions?: number;
  readonly shortlist?: number;
  /** False omits the file with coarse vectors of images. */
  readonly vectors?: boolean;
  /** False omits the file with payloads of images. */
  readonly payloads?: boolean;
  readonly config?: Partial<ModelConfig>;
  /** Recall encoder; by default one that is fitted to the images. */
  readonly coarse?: StoredRecallEncoder;
}

/** Writes `generations/<id>/` of an index like a build, but activates nothing. */
export async function writeTinyGeneration(index: string, options: TinyOptions = {}): Promise<TinyGeneration> {
  const { seed = 1, images: count = 7, regions = 3, shortlist = 5 } = options;
  const ranking = { shortlist, coarseWeight: 0.5 };
  const random = seededRandom(seed);
  const config = smallConfig({ vocabularySize: WORDS.length, ...options.config });
  const vocabulary = parseVocabulary(
    JSON.stringify({ word2idx: Object.fromEntries(WORDS.map((word, id) => [word, id])) }),
    'the tiny vocabulary',
  );
  const images = Array.from({ length: count }, () => ({
    nodes: unitRows(randomNumbers(random, regions * config.jointSize), config.jointSize),
    boxes: randomBoxes(random, regions),
  }));
  const captions = images.map((_, image) => {
    const text = SENTENCES[image % SENTENCES.length] ?? '';
    const { ids } = encodeQuery(text, vocabulary);
    const words = unitRows(randomNumbers(random, ids.length * config.jointSize), config.jointSize);
    return { ids, words, text, image };
  });
  const coarse =
    options.coarse ??
    fitCentredPooling(
      config.jointSize,
      images.map((image) => ({ ...image, regions, features: new Float32Array() })),
      captions,
    );
  const model = await createModel({
    config,
    parameters: randomParameters(random, config),
    vocabulary,
    coarse,
    ranking,
    parser: comparesParses(config) ? writeParser(randomParser(random, smallParserConfig())) : undefined,
  });

  const files = new Map(
    [...modelFiles(model)].map(([path, bytes]) => [`${GENERATION_PATHS.model}/${path}`, bytes]),
  );
  files.set(
    GENERATION_PATHS.imageNodes,
    await nodeStore(
      images.map(({ nodes }) => nodes),
      config.jointSize,
    ),
  );
  files.set(
    GENERATION_PATHS.captionNodes,
    await nodeStore(
      captions.map(({ words }) => words),
      config.jointSize,
    ),
  );
  files.set(
    GENERATION_PATHS.boxes,
    writeNpy({
      shape: [count, regions, 4],
      data: Float32Array.from(images.flatMap(({ boxes }) => [...boxes])),
    }),
  );
  const recall = await openRecallEncoder(model.coarse);
  if (options.vectors !== false) {
    files.set(
      GENERATION_PATHS.imageVectors,
      writeNpy({
        shape: [count, recall.dimensions],
        data: Float32Array.from((await coarseVectors(recall, images)).flatMap((vector) => [...vector])),
      }),
    );
  }
  const payloads = captions.map(({ text }, id) => payload(id, text));
  if (options.payloads !== false) {
    const lines = payloads.map((one) => `${JSON.stringify(one)}\n`).join('');
    files.set(GENERATION_PATHS.imagePayloads, new TextEncoder().encode(lines));
  }
  const described = await Promise.all(
    [...files].map(async ([path, bytes]) => ({
      path,
      bytes: bytes.length,
      sha256: await sha256Hex([bytes]),
    })),
  );
  const id = (await sha256Hex([canonicalJson({ seed, described })])).slice(0, 16);
  const manifest: GenerationManifest = {
    format: 'gsmn-generation',
    version: 2,
    holds: ['images', 'captions'],
    id,
    source: { name: 'random', split: `seed ${seed}` },
    model: { config, fingerprints: model.fingerprints },
    coarse: { kind: recall.kind, dimensions: recall.dimensions },
    ranking,
    backend: 'random',
    images: { count, regions },
    captions: { count, longest: Math.max(...captions.map(({ ids }) => ids.length)) },
    nodes: { dtype: 'float32' },
    collections: { images: `gsmn-${id}-images`, captions: `gsmn-${id}-captions` },
    files: described,
  };
  files.set(GENERATION_PATHS.manifest, manifestBytes(manifest));
  for (const [path, bytes] of files) {
    const full = join(index, 'generations', id, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, bytes);
  }
  return {
    id,
    manifest,
    model,
    vocabulary,
    recall,
    images,
    captions,
    payloads,
  };
}

function payload(id: number, caption: string): ImagePayload {
  const name = `${id}.png`;
  return { name, url: `/images/${name}`, width: 4, height: 3, captions: [caption] };
}

/** Activates a generation. */
export async function activateTiny(index: string, id: string, previous: string | null = null): Promise<void> {
  await writeFile(join(index, 'active.json'), JSON.stringify({ generation: id, previous }));
}

/** Writes the generation's points to a vector database. */
export async function pushTinyPoints(store: QdrantStore, tiny: TinyGeneration): Promise<void> {
  const { images, captions } = tiny.manifest.collections;
  await store.ensureCollection(images, tiny.recall.dimensions);
  await store.upsert(
    images,
    (await coarseVectors(tiny.recall, tiny.images)).map((vector, id) => ({
      id,
      vector,
      payload: { ...tiny.payloads[id] },
    })),
  );
  if (captions === undefined) return;
  await store.ensureCollection(captions, tiny.recall.dimensions);
  const texts = tiny.captions.map(({ text, words }) => ({
    text,
    ids: encodeQuery(text, tiny.vocabulary).ids,
    words,
  }));
  await store.upsert(
    captions,
    (await tiny.recall.encodeTexts(texts)).map((vector, id) => {
      const { text = '', image = 0 } = tiny.captions[id] ?? {};
      return { id, vector, payload: { text, image } };
    }),
  );
}

function coarseVectors(recall: RecallEncoder, images: readonly ImageGraph[]): Promise<Float32Array[]> {
  return recall.encodeImages(
    images.map((image) => ({
      ...image,
      regions: image.boxes.length / 4,
      features: new Float32Array(),
    })),
  );
}

/** Rows with length one, as from encoders. */
function unitRows(numbers: Float32Array, size: number): Float32Array {
  for (let start = 0; start < numbers.length; start += size) {
    const row = numbers.subarray(start, start + size);
    const length = Math.hypot(...row);
    for (const [index, value] of row.entries()) row[index] = value / length;
  }
  return numbers;
}

async function nodeStore(graphs: readonly Float32Array[], rowSize: number): Promise<Uint8Array> {
  const crc32c = await loadCrc32c();
  const layout = nodeStoreLayout(
    'float32',
    rowSize,
    graphs.map((graph) => graph.length / rowSize),
  );
  const bytes = new Uint8Array(layout.byteLength);
  for (const piece of [
    encodeNodeStoreHeader(layout, crc32c),
    ...encodeNodeStoreChunk(layout, 0, graphs, crc32c),
  ]) {
    bytes.set(piece.bytes, piece.offset);
  }
  return bytes;
}
