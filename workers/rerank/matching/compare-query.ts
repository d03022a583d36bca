import type { CaptionGraph } from '../../../shared/model/index.ts';
import { captionDependencies } from '../../../shared/parse/caption-dependencies.ts';
import type { QueryWord } from '../../../shared/schema/index.ts';
import type { LoadedGeneration } from '../generations/loaded-generation.ts';
import type { RerankMetrics } from '../metrics.ts';
import type { RerankSettings } from '../settings.ts';
import { queryWords } from './query-words.ts';
import { timed } from './timed.ts';

/** A query as it is compared. */
export interface ComparedQuery {
  /** With the query's parse, where the model compares parses. */
  readonly caption: CaptionGraph;
  /** Unit vector. */
  readonly coarse: Float32Array;
  /** Its words, without `<start>` and `<end>`. */
  readonly words: readonly QueryWord[];
}

/**
 * Makes a query's graph.
 * @throws AppError `query_too_long`, `query_empty`
 */
export async function comparedQuery(
  query: string,
  generation: LoadedGeneration,
  settings: RerankSettings,
  metrics: RerankMetrics,
): Promise<ComparedQuery> {
  const { words, ids } = queryWords(query, generation.vocabulary, settings);
  const { nodes, cached } = await timed(metrics, 'encode', () => generation.queries.encode(ids, query));
  metrics.query(cached);
  const { parser } = generation;
  if (parser === undefined) return { caption: { words: nodes.words }, coarse: nodes.coarse, words };
  const [tree] = await timed(metrics, 'parse', () => parser.parse([words.map(({ text }) => text)]));
  const dependencies = tree && captionDependencies(tree);
  return { caption: { words: nodes.words, dependencies }, coarse: nodes.coarse, words };
}
