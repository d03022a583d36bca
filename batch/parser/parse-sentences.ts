import { type DependencyTree, MOST_WORDS, type Parser } from '../../shared/parse/index.ts';
import type { Report } from '../report.ts';

/** Sentences in one call: enough to be fast, few enough for frequent progress. */
const AT_ONCE = 256;

/** Parses sentences with progress. */
export async function parseSentences(
  parser: Parser,
  sentences: readonly (readonly string[])[],
  report: Report,
  signal?: AbortSignal,
): Promise<DependencyTree[]> {
  return report.stage('parsing', 'captions', async (onProgress) => {
    const trees: DependencyTree[] = [];
    for (let start = 0; start < sentences.length; start += AT_ONCE) {
      signal?.throwIfAborted();
      trees.push(...(await parser.parse(sentences.slice(start, start + AT_ONCE))));
      onProgress(trees.length, sentences.length);
    }
    return trees;
  });
}

/** Why a sentence is not parsed; undefined if it can be. */
export function tooLong(words: readonly string[]): string | undefined {
  return words.length > MOST_WORDS ? `${words.length} words, at most ${MOST_WORDS} are parsed` : undefined;
}

/** The words of a sentence that was not parsed, without heads. */
export function withoutParse(words: readonly string[]): DependencyTree {
  const unknown = words.map(() => '_');
  return {
    words,
    heads: words.map(() => Number.NaN),
    relations: unknown,
    tags: unknown,
    universalTags: unknown,
  };
}
