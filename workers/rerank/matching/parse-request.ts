import { captionDependencies } from '../../../shared/parse/caption-dependencies.ts';
import type { Parser } from '../../../shared/parse/index.ts';
import type { EncodeRequest, ParseResponse } from '../../../shared/schema/index.ts';
import { suggestSpellings } from '../../../shared/text/index.ts';
import type { GenerationHost } from '../generations/generation-host.ts';
import type { RerankSettings } from '../settings.ts';
import { queryWords } from './query-words.ts';

/**
 * Answers `POST /v1/parse`: the graph of a query's words. A model that compares parses has its own parser; for others, whose words
 * all look at each other, the one that ships shows the grammar.
 */
export async function parseQueryRequest(
  request: Pick<EncodeRequest, 'query' | 'generation'>,
  host: GenerationHost,
  settings: RerankSettings,
  shipped: () => Promise<Parser>,
): Promise<ParseResponse> {
  const { generation, release } = host.lease(request.generation, 'encode_unavailable');
  try {
    const { words } = queryWords(request.query, generation.vocabulary, settings);
    const parser = generation.parser ?? (await shipped());
    const [tree] = await parser.parse([words.map(({ text }) => text)]);
    if (tree === undefined) throw new RangeError('the parser returned no tree');
    return {
      generation: generation.id,
      compared: generation.parser !== undefined,
      words: suggestSpellings(words, generation.vocabulary).map((word, index) => ({
        ...word,
        head: tree.heads[index] ?? 0,
        relation: tree.relations[index] ?? '',
        tag: tree.tags[index] ?? '',
        universalTag: tree.universalTags[index] ?? '',
      })),
      dependencies: captionDependencies(tree).map(([head, dependent]) => [head, dependent]),
    };
  } finally {
    await release();
  }
}
