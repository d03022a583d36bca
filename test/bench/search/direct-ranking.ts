import { join } from 'node:path';
import { openNpy } from '../../../shared/formats/npy/index.ts';
import {
  GENERATION_PATHS,
  openImageGraphs,
  readManifest,
  readModel,
  within,
} from '../../../shared/generation/index.ts';
import type { CaptionGraph, PairScores, PreparedImages } from '../../../shared/model/index.ts';
import { createEngines } from '../../../shared/platform/engines/index.ts';
import { withFileSource } from '../../../shared/platform/file-source.ts';
import { folderFiles } from '../../../shared/platform/folder-files.ts';
import { openTextEncoder } from '../../../shared/retrieval/index.ts';
import type { GenerationManifest } from '../../../shared/schema/index.ts';
import { encodeQuery } from '../../../shared/text/index.ts';

export interface RankedImage {
  readonly id: number;
  /** GSMN plus the weighted coarse cosine. */
  readonly score: number;
}

/** A generation without any service: the expected answers of the whole system, and its parts for separate timing. */
export interface DirectRanking {
  readonly manifest: GenerationManifest;
  readonly backend: string;
  /** The shortlist of a query in its final order. */
  rank(query: string): Promise<RankedImage[]>;
  /** The query's caption graph and the ids that GSMN compares it with. */
  shortlist(query: string): Promise<{ readonly caption: CaptionGraph; readonly ids: readonly number[] }>;
  score(caption: CaptionGraph, ids: readonly number[]): Promise<PairScores>;
  close(): Promise<void>;
}

/** Loads a generation of an index into this process. */
export async function openDirectRanking(folder: string, backendRequest: string): Promise<DirectRanking> {
  const files = folderFiles(folder);
  const manifest = await readManifest(files);
  const model = await readModel(within(files, 'model'));
  const recallEncoder = await openTextEncoder(model.coarse);
  const { backend, encoder, matcher } = await createEngines(model.config, model.parameters, backendRequest);
  const reader = await openImageGraphs(files, manifest);
  const prepared: PreparedImages = await matcher.prepareImages(await reader.read(0, reader.count));
  await reader.close();
  const vectors = await withFileSource(join(folder, GENERATION_PATHS.imageVectors), async (source) =>
    (await openNpy(source)).readRows(0, manifest.images.count),
  );

  async function recall(query: string) {
    const { ids } = encodeQuery(query, model.vocabulary);
    const [words = new Float32Array()] = await encoder.encodeCaptions([ids]);
    const [text = new Float32Array()] = await recallEncoder.encodeTexts([{ text: query, ids, words }]);
    const cosines = Array.from({ length: manifest.images.count }, (_, id) => {
      let sum = 0;
      for (const [d, value] of text.entries()) sum += value * (vectors[id * text.length + d] as number);
      return { id, cosine: sum };
    });
    cosines.sort((a, b) => b.cosine - a.cosine);
    return { caption: { words }, recalled: cosines.slice(0, manifest.ranking.shortlist) };
  }

  const direct: DirectRanking = {
    manifest,
    backend,
    rank: async (query) => {
      const { caption, recalled } = await recall(query);
      const scores = await direct.score(
        caption,
        recalled.map(({ id }) => id),
      );
      return recalled
        .map(({ id, cosine }, at) => ({
          id,
          score:
            (scores.imageToText[at] as number) +
            (scores.textToImage[at] as number) +
            manifest.ranking.coarseWeight * cosine,
        }))
        .sort((a, b) => b.score - a.score);
    },
    shortlist: async (query) => {
      const { caption, recalled } = await recall(query);
      return { caption, ids: recalled.map(({ id }) => id) };
    },
    score: (caption, ids) => matcher.score(prepared, [caption], ids),
    close: async () => {
      prepared.dispose();
      await matcher.dispose();
      await encoder.dispose();
    },
  };
  return direct;
}
