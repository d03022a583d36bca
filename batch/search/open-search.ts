import { AppError } from '../../shared/errors/index.ts';
import { bytesSource } from '../../shared/formats/byte-source.ts';
import {
  assertModelOf,
  GENERATION_PATHS,
  type GenerationFiles,
  type ImageGraphReader,
  type Model,
  openImageGraphs,
  readModel,
  within,
} from '../../shared/generation/index.ts';
import type { CaptionGraph, Dependencies } from '../../shared/model/index.ts';
import { captionDependencies } from '../../shared/parse/index.ts';
import { createQueryEngines, type QueryEngines } from '../../shared/platform/engines/index.ts';
import { folderFiles } from '../../shared/platform/folder-files.ts';
import { parserOf } from '../../shared/platform/parse/index.ts';
import type { RecallText } from '../../shared/retrieval/recall-encoder.ts';
import { openTextEncoder } from '../../shared/retrieval/text-encoders.ts';
import {
  type GenerationManifest,
  type MatchPrecision,
  type QueryWord,
  SEARCH_LIMITS,
} from '../../shared/schema/index.ts';
import { encodeQuery, suggestSpellings, type Vocabulary } from '../../shared/text/index.ts';
import type { IndexFolder } from '../index/index-folder.ts';

/** The active generation of an index and a query, encoded: all that a search in this process begins with. */
export interface OpenSearch {
  readonly manifest: GenerationManifest;
  readonly files: GenerationFiles;
  readonly engines: QueryEngines;
  readonly reader: ImageGraphReader;
  readonly words: readonly QueryWord[];
  readonly caption: CaptionGraph;
  /** The query's coarse vector, `[dimensions]`. */
  readonly coarse: Float32Array;
}

export interface OpenSearchOptions {
  readonly index: IndexFolder;
  readonly backend: string;
  /** What the fused matcher multiplies; float32 unless said. */
  readonly precision?: MatchPrecision | undefined;
  readonly query: string;
}

/**
 * Lets `work` search the active generation, and closes it.
 *
 * @throws AppError `generation_missing`, `query_empty`, `query_too_long`, `backend_unavailable` and what reading the
 *   generation throws.
 */
export async function withOpenSearch<T>(
  { index, backend, precision, query }: OpenSearchOptions,
  work: (search: OpenSearch) => Promise<T>,
): Promise<T> {
  const id = await index.requireActive();
  const manifest = await index.manifest(id);
  const files = folderFiles(index.generation(id));
  const model = await readModel(within(files, GENERATION_PATHS.model));
  assertModelOf(manifest, model);
  const { words, ids } = checkedQuery(query, model.vocabulary);
  const engines = await createQueryEngines(model.config, model.parameters, backend, { precision });
  try {
    const [nodes] = await engines.encoder.encodeCaptions([ids]);
    if (nodes === undefined) throw new AppError('internal', 'the encoder returned no caption');
    const coarse = await coarseVector(model, { text: query, ids, words: nodes });
    const reader = await openImageGraphs(files, manifest);
    try {
      const dependencies = await queryDependencies(model, words);
      const caption = { words: nodes, dependencies };
      return await work({
        manifest,
        files,
        engines,
        reader,
        words: suggestSpellings(words, model.vocabulary),
        caption,
        coarse,
      });
    } finally {
      await reader.close();
    }
  } finally {
    await engines.encoder.dispose();
    await engines.matcher.dispose();
  }
}

function checkedQuery(query: string, vocabulary: Vocabulary): ReturnType<typeof encodeQuery> {
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

async function coarseVector({ coarse }: Model, query: RecallText): Promise<Float32Array> {
  const recall = await openTextEncoder(coarse);
  try {
    const [vector] = await recall.encodeTexts([query]);
    if (vector === undefined) throw new AppError('internal', 'the recall encoder returned no vector');
    return vector;
  } finally {
    await recall.dispose?.();
  }
}

/** The query's parse, where the model compares parses. */
async function queryDependencies(
  { parser }: Model,
  words: readonly QueryWord[],
): Promise<Dependencies | undefined> {
  if (parser === undefined) return undefined;
  const [tree] = await (await parserOf(bytesSource('parser', parser))).parse([words.map(({ text }) => text)]);
  return tree && captionDependencies(tree);
}
