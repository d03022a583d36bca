import type { TwinCaptions } from './twin-captions.ts';

/** Longer sentences do not read well on a button. */
const MOST_WORDS = 11;
/** Words that say nothing about what an image shows. */
const PLAIN = new Set('a an the of in on at to is are and with there has'.split(' '));

/** Two sentences of the same words that mean different images. */
export type ExamplePair = readonly [string, string];

/** What an image of them shows at a glance: the first pair is the one that people try first. */
const FIRST = 'relation';

/**
 * Chooses pairs of sentences to try from the captions of twins: the same words in another order, short, kinds in turn,
 * and each pair with as few words of the pairs before it as possible. Then relations come first. Equal twins give equal pairs.
 */
export function chooseExamples(twins: readonly TwinCaptions[], count: number): ExamplePair[] {
  // Roles, relations, attributes: who does what is most interesting.
  const kinds = [...new Set(twins.map(({ kind }) => kind))].sort().reverse();
  const left = new Map(
    kinds.map((kind) => [kind, twins.filter((one) => one.kind === kind).flatMap(shortestPair)]),
  );
  const used = new Set<string>();
  const chosen: { readonly kind: string; readonly pair: ExamplePair }[] = [];
  while (chosen.length < count && [...left.values()].some((pairs) => pairs.length > 0)) {
    for (const kind of kinds) {
      const best = freshest(left.get(kind) ?? [], used);
      if (best === undefined || chosen.length === count) continue;
      chosen.push({ kind, pair: best });
      for (const word of contentWords(best[0])) used.add(word);
      left.set(
        kind,
        (left.get(kind) ?? []).filter((pair) => pair !== best),
      );
    }
  }
  return chosen
    .toSorted((one, two) => Number(two.kind === FIRST) - Number(one.kind === FIRST))
    .map(({ pair }) => pair);
}

/** The shortest captions of twins that have the same words in another order; none if all are too long. */
function shortestPair({ first, second }: TwinCaptions): ExamplePair[] {
  const pairs = first.flatMap((text, index): ExamplePair[] => {
    const pair: ExamplePair = [sentence(text), sentence(second[index] ?? '')];
    return pair[0] !== pair[1] && sameWords(...pair) && words(pair[0]).length <= MOST_WORDS ? [pair] : [];
  });
  return pairs.sort((one, two) => words(one[0]).length - words(two[0]).length).slice(0, 1);
}

/** The pair with the fewest content words that were used already; of several the shortest, then the first. */
function freshest(pairs: readonly ExamplePair[], used: ReadonlySet<string>): ExamplePair | undefined {
  const rank = ([text]: ExamplePair): number =>
    contentWords(text).filter((word) => used.has(word)).length * (MOST_WORDS + 1) + words(text).length;
  return pairs.reduce<ExamplePair | undefined>(
    (best, pair) => (best === undefined || rank(pair) < rank(best) ? pair : best),
    undefined,
  );
}

/** A caption as a person writes it: without the separate full stop of captions. */
function sentence(caption: string): string {
  return caption.replace(/\s*\.$/, '');
}

function words(text: string): string[] {
  return text.toLowerCase().split(' ');
}

function contentWords(text: string): string[] {
  return words(text).filter((word) => !PLAIN.has(word));
}

function sameWords(one: string, two: string): boolean {
  // `a` becomes `an` before some words, and counts as the same word.
  const sorted = (text: string): string =>
    words(text)
      .map((word) => (word === 'an' ? 'a' : word))
      .sort()
      .join(' ');
  return sorted(one) === sorted(two);
}
