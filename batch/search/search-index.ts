import { AppError } from '../../shared/errors/index.ts';
import {
  assertModelOf,
  GENERATION_PATHS,
  type ImageGraphReader,
  openImageGraphs,
  readModel,
  within,
} from '../../shared/generation/index.ts';
import type { CaptionGraph, ImageGraph } from '../../shared/model/index.ts';
import { createEngines, type Engines } from '../../shared/platform/engines/index.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import { fusedScore, parseCoarseHead } from '../../shared/retrieval/index.ts';
import { type ImagePayload, type QueryWord, SEARCH_LIMITS } from '../../shared/schema/index.ts';
import { encodeQuery } from '../../shared/text/index.ts';
import type { QdrantStore, RecalledImage } from '../../workers/clients/index.ts';
import type { IndexFolder } from '../generation/index-folder.ts';

export interface SearchIndexOptions {
  readonly index: IndexFolder;
  readonly store: QdrantStore;
  readonly backend: string;
  readonly query: string;
  /** Hits wanted. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

export interface IndexHit {
  readonly id: number;
  /** Fused score, what hits are sorted by. */
  readonly score: number;
  /** i2t + t2i. */
  readonly gsmn: number;
  /** Cosine of the coarse vectors. */
  readonly coarse: number;
  readonly image: ImagePayload;
}

export interface IndexAnswer {
  readonly query: string;
  readonly words: readonly QueryWord[];
  readonly generation: string;
  readonly backend: string;
  readonly hits: readonly IndexHit[];
}

/**
 * Searches the active generation in this process, without services: the same encoding, recall, matching and fused
 * score as through the edge worker.
 *
 * @throws AppError `generation_missing`, `query_empty`, `query_too_long`, `backend_unavailable`, `recall_unavailable`
 *   and what reading the generation throws.
 */
export async function searchIndex(options: SearchIndexOptions): Promise<IndexAnswer> {
  const { index, store, backend, query, limit, signal } = options;
  const id = await index.requireActive();
  const manifest = await index.manifest(id);
  const files = folderFiles(index.generation(id));
  const model = await readModel(within(files, GENERATION_PATHS.model));
  assertModelOf(manifest, model);
  const { words, ids } = checkedQuery(query, model.vocabulary);
  const engines = await createEngines(model.config, model.parameters, backend);
  const reader = await openImageGraphs(files, manifest);
  try {
    const [nodes] = await engines.encoder.encodeCaptions([ids]);
    if (nodes === undefined) throw new AppError('internal', 'the encoder returned no caption');
    const head = parseCoarseHead(model.coarse.config, model.coarse.tensors);
    const { shortlist, coarseWeight } = manifest.ranking;
    const coarse = head.textVector({ ids, words: nodes });
    const recalled = await store.recall(
      manifest.collections.images,
      [...coarse],
      Math.max(shortlist, limit),
      {
        signal,
      },
    );
    const scores = await matchShortlist(engines, reader, recalled, { words: nodes }, signal);
    const hits = recalled.map(({ id: image, score, payload }, rank): IndexHit => {
      const gsmn = scores[rank] ?? Number.NaN;
      return { id: image, score: fusedScore(gsmn, score, coarseWeight), gsmn, coarse: score, image: payload };
    });
    hits.sort((a, b) => b.score - a.score);
    return { query, words, generation: id, backend: engines.backend, hits: hits.slice(0, limit) };
  } finally {
    await reader.close();
    await engines.encoder.dispose();
    await engines.matcher.dispose();
  }
}

function checkedQuery(
  query: string,
  vocabulary: Parameters<typeof encodeQuery>[1],
): ReturnType<typeof encodeQuery> {
  const most = SEARCH_LIMITS.queryCharacters;
  if (query.length > most) {
    throw new AppError(
      'query_too_long',
      `the query has ${query.length} characters, at most ${most} are read`,
      {
        hint: 'say it in one sentence',
      },
    );
  }
  const encoded = encodeQuery(query, vocabulary);
  if (encoded.words.length > 0) return encoded;
  throw new AppError('query_empty', 'the query has no words', { hint: 'describe what the picture shows' });
}

/** GSMN's scores of the recalled images, in their order. */
async function matchShortlist(
  { matcher }: Engines,
  reader: ImageGraphReader,
  recalled: readonly RecalledImage[],
  caption: CaptionGraph,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  if (recalled.length === 0) return new Float32Array();
  const graphs: ImageGraph[] = [];
  for (const { id } of recalled) graphs.push(...(await reader.read(id, id + 1)));
  const prepared = await matcher.prepareImages(graphs);
  try {
    const { imageToText, textToImage } = await matcher.score(prepared, [caption], undefined, { signal });
    return imageToText.map((score, rank) => score + (textToImage[rank] ?? Number.NaN));
  } finally {
    prepared.dispose();
  }
}
