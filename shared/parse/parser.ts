import type { DependencyTree } from './dependency-tree.ts';

/** Maximum number of words of a sentence. */
export const MOST_WORDS = 400;

/** Finds the parses of sentences. */
export interface Parser {
  /**
   * The parses of sentences, each given as its words. The same words always get the same parse, whatever is parsed with them.
   * @throws AppError `argument_invalid` for a sentence of more than `MOST_WORDS` words, `memory_exhausted`
   */
  parse(sentences: readonly (readonly string[])[]): Promise<DependencyTree[]>;
}
