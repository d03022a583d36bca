import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { drawnRegions } from '../../batch/features/drawn-regions/drawn-regions.ts';
import { captionVocabulary } from '../../batch/gallery/collection/make-split.ts';
import { type Pixels, renderPixels } from '../../batch/gallery/collection/render-pixels.ts';
import { SplitArrays } from '../../batch/gallery/collection/split-arrays.ts';
import { galleryModelFolder } from '../../batch/gallery/model-folder.ts';
import { drawImage } from '../../batch/gallery/scenes/index.ts';
import { buildIndex } from '../../batch/index/build-index.ts';
import { IndexFolder } from '../../batch/index/index-folder.ts';
import { silentReport } from '../../batch/report.ts';
import { startLoadedReranker } from '../../batch/serve/reranker.ts';
import { photosSource } from '../../batch/start/photos-source.ts';
import { openCoarseVectors } from '../../shared/generation/coarse-vectors.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import { createQdrantStore } from '../../workers/clients/index.ts';
import { startQdrantLocal } from '../../workers/qdrant-local/index.ts';
import { type EdgeOverOptions, edgeOver } from './edge-over.ts';
import { keptLog, type LogLine } from './rerank-service.ts';

/** An index with its services on loopback, and the edge worker's app over them. */
export interface ImageIndex {
  readonly index: IndexFolder;
  readonly rerank: string;
  readonly lines: readonly LogLine[];
  /** The coarse vectors of the active generation, by image. */
  coarse(): Promise<(id: number) => Float32Array>;
  app(options?: Partial<EdgeOverOptions>): ReturnType<typeof edgeOver>;
  close(): Promise<void>;
}

/** What an index is built from. */
type Source = (
  root: string,
  index: IndexFolder,
) => Promise<Omit<Parameters<typeof buildIndex>[0], 'index' | 'store'>>;

export async function imageIndex(source: Source): Promise<ImageIndex> {
  const root = mkdtempSync(join(tmpdir(), 'gsmn-image-search-'));
  const index = new IndexFolder(join(root, 'index'));
  const database = await startQdrantLocal({ path: ':memory:', port: 0 });
  const store = createQdrantStore({ url: database.url });
  await buildIndex({ ...(await source(root, index)), index: index.path, store }, silentReport);
  const { log, lines } = keptLog();
  const reranker = await startLoadedReranker({
    indexFolder: index.path,
    backend: 'simd',
    port: 0,
    settings: { timeoutMs: 60_000 },
    log,
  });
  return {
    index,
    rerank: reranker.url,
    lines,
    coarse: async () => {
      const id = (await index.requireActive()).generation;
      const files = folderFiles(index.generation(id));
      const reader = await openCoarseVectors(files, await index.manifest(id));
      const all = await reader.read(0, reader.count);
      await reader.close();
      return (image) => all.slice(image * reader.dimensions, (image + 1) * reader.dimensions);
    },
    app: (options = {}) => edgeOver({ rerank: reranker.url, qdrant: database.url, ...options }),
    close: async () => {
      await reranker.close();
      await database.close();
      rmSync(root, { recursive: true });
    },
  };
}

/** A gallery of drawings, and its pixels. */
export async function drawnGallery(
  count: number,
): Promise<{ readonly source: Source; readonly pixels: readonly Pixels[] }> {
  const drawings = Array.from({ length: count }, (_, seed) => drawImage(seed + 1));
  const pixels = await Promise.all(drawings.map(renderPixels));
  const source: Source = async (root) => {
    const arrays = new SplitArrays(count);
    for (const [row, { data, width, height }] of pixels.entries()) {
      const regions = await drawnRegions.extract({ rgb: data, width, height });
      const captions = drawings[row]?.captions ?? [];
      arrays.add({
        row,
        twins: undefined,
        images: [{ width, height, captions, file: new Uint8Array(), ...regions }],
      });
    }
    const data = join(root, 'gallery');
    mkdirSync(data);
    const { vocabulary } = await captionVocabulary(arrays.captions);
    const names = pixels.map((_, row) => `${row}.png`);
    for (const [end, bytes] of arrays.files(vocabulary, names)) {
      // The vocabulary of the model has other ids.
      if (end !== 'precaps_stan.txt') writeFileSync(join(data, `test_${end}`), bytes);
    }
    return { data, split: 'test', checkpoint: galleryModelFolder(), backend: 'simd', imagesUrl: '/images/' };
  };
  return { source, pixels };
}

/** Pixels as a file that loses nothing. */
export async function pngOf({ data, width, height }: Pixels): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  );
}

/** Photographs of a folder, as `gsmn photos index` builds them. */
export function photographs(
  folder: string,
  options: { readonly checkpoint?: string; readonly encoder?: string } = {},
): Source {
  return async (_root, index) => {
    const source = await photosSource({ photos: folder, build: true, processes: 1, ...options }, index);
    await source.prepare(silentReport, new AbortController().signal);
    const { folder: data, split, checkpoint, encoder, imagesUrl } = source;
    return { data, split, checkpoint, encoder, imagesUrl, backend: 'simd' };
  };
}
