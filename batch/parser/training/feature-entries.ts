import {
  type DependencyTree,
  type FeatureEntries,
  featureKey,
  normalizedWord,
} from '../../../shared/parse/index.ts';

/** Occurrences of strings. */
export function count(strings: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of strings) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

/** The words of trees in lower case, as features use them. */
export function lowerWords(trees: readonly DependencyTree[]): string[] {
  return trees.flatMap(({ words }) => words.map((word) => normalizedWord(word).toLowerCase()));
}

/** The strings that occur often enough in the treebank, most frequent first, equal ones in alphabetical order. */
export function featureEntries(
  trees: readonly DependencyTree[],
  vectors: readonly string[],
  threshold: number,
): FeatureEntries {
  const words = lowerWords(trees);
  const frequent = (keyOf: (word: string) => string) =>
    ranked(count(words.map(keyOf))).flatMap(([text, times]) => (times >= threshold ? [text] : []));
  return {
    vector: vectors,
    form: frequent(featureKey.form),
    longSuffix: frequent(featureKey.longSuffix),
    shortSuffix: frequent(featureKey.shortSuffix),
    prefix: frequent(featureKey.prefix),
  };
}

/** All labels of a kind. */
export function labels(
  trees: readonly DependencyTree[],
  kind: 'universalTags' | 'tags' | 'relations',
): string[] {
  return ranked(count(trees.flatMap((tree) => tree[kind]))).map(([label]) => label);
}

function ranked(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}
