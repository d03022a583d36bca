import { captionDependencies } from '../../../shared/parse/caption-dependencies.ts';
import type { Parser } from '../../../shared/parse/parser.ts';
import type { ParseResponse } from '../../../shared/schema/index.ts';
import { readQuery } from '../../../shared/search/local-query-encoder.ts';
import type { SearchGeneration } from '../../../shared/search/search-generation.ts';
import { readAsWritten } from '../../../shared/text/index.ts';

/**
 * Handles `POST /v1/parse`: the parse of a query's words. A model that compares parses has its own parser; for others, whose words
 * all attend to each other, the built-in parser shows the grammar.
 */
export async function parseQuery(
  text: string,
  generation: SearchGeneration,
  shipped: () => Promise<Parser>,
): Promise<ParseResponse> {
  const { vocabulary } = generation.model;
  const { written, words } = readQuery(text, (query) => readAsWritten(query, vocabulary));
  const parser = generation.parser ?? (await shipped());
  const [tree] = await parser.parse([[...words]]);
  if (tree === undefined) throw new RangeError('the parser returned no tree');
  return {
    generation: generation.manifest.id,
    compared: generation.parser !== undefined,
    words: written.map((word, index) => ({
      ...word,
      head: tree.heads[index] ?? 0,
      relation: tree.relations[index] ?? '',
      tag: tree.tags[index] ?? '',
      universalTag: tree.universalTags[index] ?? '',
    })),
    dependencies: captionDependencies(tree).map(([head, dependent]) => [head, dependent]),
  };
}
