import type { Sense, WordNet } from './wordnet-nouns.ts';

/**
 * Lexicographer files of what an image can show: the most general words (person, animal), animals, artefacts, bodies, food, places, objects,
 * people, weather, plants, substances.
 */
const VISIBLE: ReadonlySet<number> = new Set([3, 5, 6, 8, 13, 15, 17, 18, 19, 20, 27]);
const PEOPLE = 18;
/** Rarer meanings are not what a query means, and of these the second counts a little less than the first. */
const SENSES = 4;
const NEXT = 0.03;
/** Meanings with a smaller share of the uses of the most frequent one are left out. */
const USUAL = 0.2;
/** Words that are mostly something else (`young`, `electric`) are not found. */
const NOUN_SHARE = 0.6;
/** How near two kinds of one thing must be (Wu and Palmer 1994): horse and zebra are, horse and cow are not. */
const SIBLINGS = 0.88;
/** The same for a thing and what it is a kind of, which is true however far that is. */
const KIND_OF = 0.6;
/** More general meanings (entity, object, whole, living thing, organism) say nothing; `person` and `animal` are the next below. */
const SHALLOWEST = 7;
/** Near words of a word that are kept: a vocabulary may lack the first. */
const MOST = 8;

/**
 * For each noun the nouns that are nearest in meaning, nearest first: synonyms, what it is a kind of or what is a kind of it, and kinds of
 * the same thing, by the similarity of Wu and Palmer in WordNet's hierarchy. Of equally near ones the more common is first.
 *
 * @param nouns words to find near ones for.
 * @param targets words that may be found.
 * @param rarity how rare a word is.
 */
export function nearNouns(
  wordnet: WordNet,
  nouns: readonly string[],
  targets: readonly string[],
  rarity: (word: string) => number,
): ReadonlyMap<string, readonly string[]> {
  const ancestry = ancestries(wordnet);
  const depth = depths(wordnet);
  const byMeaning = new Map<string, string[]>();
  for (const target of targets) {
    const [meaning] = meaningsOf(wordnet, target);
    if (meaning === undefined || (wordnet.nounShare.get(target) ?? 1) < NOUN_SHARE) continue;
    if (depth(meaning.id) < SHALLOWEST) continue;
    byMeaning.set(meaning.id, [...(byMeaning.get(meaning.id) ?? []), target]);
  }
  const found = new Map<string, readonly string[]>();
  for (const noun of nouns) {
    const near = new Map<string, number>();
    for (const [place, own] of meaningsOf(wordnet, noun).entries()) {
      for (const [id, words] of byMeaning) {
        const like = similarity(ancestry(own.id), ancestry(id), depth);
        const isKind = ancestry(own.id).has(id) || ancestry(id).has(own.id);
        if (like < (isKind ? KIND_OF : SIBLINGS)) continue;
        for (const word of words) {
          const order = like - 0.01 * rarity(word) - NEXT * place;
          if (word !== noun) near.set(word, Math.max(order, near.get(word) ?? 0));
        }
      }
    }
    const best = [...near].sort(([a, first], [b, second]) => second - first || (a < b ? -1 : 1));
    if (best.length > 0) {
      found.set(
        noun,
        best.slice(0, MOST).map(([word]) => word),
      );
    }
  }
  return found;
}

/**
 * The usual meanings of a noun that can be seen. Of words that were rarely counted, a thing is preferred to the people who are called by it
 * (`tiger`).
 */
function meaningsOf({ senses }: WordNet, word: string): Sense[] {
  const all = (senses.get(word) ?? []).slice(0, SENSES).filter(({ isInstance }) => !isInstance);
  const most = Math.max(0, ...all.map(({ count }) => count));
  const visible = all.filter(({ count, file }) => VISIBLE.has(file) && count >= USUAL * most);
  const things = visible.filter(({ file }) => file !== PEOPLE);
  return most < 3 && things.length > 0 ? things : visible;
}

/** The steps to each meaning that one is a kind of, itself included, by the shortest way. */
type Ancestry = ReadonlyMap<string, number>;

function ancestries({ synsets }: WordNet): (id: string) => Ancestry {
  const known = new Map<string, Ancestry>();
  return (id) => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const steps = new Map([[id, 0]]);
    for (const [one, distance] of steps) {
      for (const above of synsets.get(one)?.hypernyms ?? []) {
        if (!steps.has(above)) steps.set(above, distance + 1);
      }
    }
    known.set(id, steps);
    return steps;
  };
}

/** How many meanings lead from the most general one to each, both included, by the longest way. */
function depths({ synsets }: WordNet): (id: string) => number {
  const known = new Map<string, number>();
  const depthOf = (id: string): number => {
    const depth = known.get(id) ?? 1 + Math.max(0, ...(synsets.get(id)?.hypernyms ?? []).map(depthOf));
    known.set(id, depth);
    return depth;
  };
  return depthOf;
}

/** 2 d / (2 d + a + b): d is the depth of the nearest meaning that both are kinds of, a and b the steps to it. */
function similarity(one: Ancestry, other: Ancestry, depth: (id: string) => number): number {
  let best = 0;
  for (const [id, a] of one) {
    const b = other.get(id);
    if (b !== undefined) best = Math.max(best, (2 * depth(id)) / (2 * depth(id) + a + b));
  }
  return best;
}
