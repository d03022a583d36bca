import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNpy } from '../../../shared/formats/npy/index.ts';
import {
  encodeNodeStoreChunk,
  encodeNodeStoreHeader,
  GENERATION_PATHS,
  type ImageGraphReader,
  loadCrc32c,
  nodeStoreLayout,
  openImageGraphs,
} from '../../../shared/generation/index.ts';
import type { Parameters } from '../../../shared/model/index.ts';
import { folderFiles } from '../../../shared/platform/folder-files.ts';
import type { GenerationManifest, ModelConfig, Propagation } from '../../../shared/schema/index.ts';
import { randomBoxes, randomNumbers, seededRandom } from '../../support/random.ts';
import { randomParameters, smallConfig } from '../../support/random-model.ts';

const REGIONS = 36;
const WORDS = 14;

/** Images of random numbers in files, as in a generation, and a network with the released proportions. */
export interface RandomImages {
  readonly config: ModelConfig;
  readonly parameters: Parameters;
  readonly reader: ImageGraphReader;
  /** A caption's nodes, `[L, D]`. */
  readonly words: Float32Array;
  close(): Promise<void>;
}

/** Writes `count` images of 36 regions to a new folder, in float16, and opens them. */
export async function randomImages(
  count: number,
  jointSize: number,
  propagation: Propagation,
): Promise<RandomImages> {
  const random = seededRandom(20261125);
  const config = smallConfig({
    jointSize,
    propagation,
    blocks: 16,
    kernels: 8,
    hiddenSize: 32,
    softmaxTemperature: 20,
  });
  const folder = mkdtempSync(join(tmpdir(), 'gsmn-bench-'));
  const crc32c = await loadCrc32c();
  const layout = nodeStoreLayout('float16', jointSize, new Uint8Array(count).fill(REGIONS));
  const bytes = new Uint8Array(layout.byteLength);
  const put = (pieces: readonly { readonly offset: number; readonly bytes: Uint8Array }[]) => {
    for (const piece of pieces) bytes.set(piece.bytes, piece.offset);
  };
  put([encodeNodeStoreHeader(layout, crc32c)]);
  const scale = Math.sqrt(3 / jointSize);
  for (let image = 0; image < count; image++) {
    put(encodeNodeStoreChunk(layout, image, [randomNumbers(random, REGIONS * jointSize, scale)], crc32c));
  }
  writeFileSync(join(folder, GENERATION_PATHS.imageNodes), bytes);
  const boxes = Array.from({ length: count }, () => [...randomBoxes(random, REGIONS)]).flat();
  writeFileSync(
    join(folder, GENERATION_PATHS.boxes),
    writeNpy({ shape: [count, REGIONS, 4], data: Float32Array.from(boxes) }),
  );
  const reader = await openImageGraphs(folderFiles(folder), manifest(count, config));
  return {
    config,
    parameters: randomParameters(random, config),
    reader,
    words: randomNumbers(random, WORDS * jointSize, scale),
    close: async () => {
      await reader.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** The part of a generation's manifest about images. */
function manifest(count: number, config: ModelConfig): GenerationManifest {
  const none = '0'.repeat(64);
  return {
    format: 'gsmn-generation',
    version: 2,
    holds: ['images'],
    id: '0'.repeat(16),
    source: { name: 'random', split: 'bench' },
    model: { config, fingerprints: { network: none, vocabulary: none, coarse: none } },
    coarse: { kind: 'none', dimensions: 1 },
    ranking: { shortlist: 100, coarseWeight: 0 },
    backend: 'none',
    images: { count, regions: REGIONS },
    captions: { count: 0, longest: 0 },
    nodes: { dtype: 'float16' },
    collections: { images: 'none' },
    files: [],
  };
}
