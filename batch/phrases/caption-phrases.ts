import type { DependencyTree } from '../../shared/parse/index.ts';

/** What a short query may be: each a part of a sentence, by its parse. */
export const PHRASE_KINDS = [
  'noun',
  'adjective noun',
  'noun verb',
  'verb noun',
  'noun relation noun',
] as const;
export type PhraseKind = (typeof PHRASE_KINDS)[number];

/** A part of a caption as somebody might type it: without articles. */
export interface Phrase {
  readonly kind: PhraseKind;
  readonly words: readonly string[];
  /** Where in `words` a noun begins, its adjective included: articles may stand there. */
  readonly nouns: readonly number[];
}

/** Words between two nouns that make a relation: `follows`, `to the left of`. */
const LONGEST_RELATION = 4;
const AUXILIARIES = new Set(['is', 'are', 'was', 'were', 'be', 'been', 'being', 'has', 'have']);
/** Relations by which a verb has a noun: as its object, or with a preposition. */
const OBJECTS = new Set(['obj', 'obl']);

/**
 * The phrases of a sentence: its nouns (with the nouns that they are compounded of: `flower pot`), adjective and noun, subject and verb,
 * verb and object, and two nouns with the words that relate them (subject, verb, object; noun, preposition, noun). What the parser gets
 * wrong is wrong here.
 */
export function phrasesOf(tree: DependencyTree): Phrase[] {
  const { words, tags, relations, heads } = tree;
  const headOf = (word: number): number => (heads[word] ?? 0) - 1;
  const isNoun = (word: number): boolean => /^NNS?$/.test(tags[word] ?? '');
  const isVerb = (word: number): boolean =>
    tags[word]?.startsWith('VB') === true && !AUXILIARIES.has(words[word] ?? '');
  const all = [...words.keys()];
  const dependents = (head: number, relation: string): number[] =>
    all.filter((word) => headOf(word) === head && relations[word]?.split(':')[0] === relation);
  /** A noun with what it is compounded of, and alone: a `flower pot` is a `pot`. */
  const namesOf = (noun: number): number[][] => {
    const parts = dependents(noun, 'compound').filter((part) => part < noun && noun - part <= 2);
    return parts.length === 0 ? [[noun]] : [[...parts, noun], [noun]];
  };
  const phrase = (
    kind: PhraseKind,
    parts: readonly (readonly number[])[],
    nouns: readonly number[],
  ): Phrase => {
    const starts = parts.map((_, part) => parts.slice(0, part).flat().length);
    return {
      kind,
      words: parts.flat().map((word) => words[word] as string),
      nouns: nouns.map((part) => starts[part] as number),
    };
  };
  const found: Phrase[] = [];
  const related = (one: number, other: number): void => {
    const relation = relationBetween(one, other);
    if (relation.length === 0 || relation.length > LONGEST_RELATION) return;
    for (const name of namesOf(one)) {
      for (const second of namesOf(other)) {
        found.push(phrase('noun relation noun', [name, relation, second], [0, 2]));
      }
    }
  };
  /** The words between two nouns that belong to neither; none if something else is between them. */
  function relationBetween(one: number, other: number): number[] {
    const between = all
      .slice(one + 1, other)
      .filter((word) => !belongsTo(word, one) && !belongsTo(word, other));
    if (between.some((word) => /^(?:[^\p{L}]+|and|or|that|who|which)$/u.test(words[word] ?? ''))) return [];
    // In `in front of a car`, the car depends on `front`; other nouns are things of their own.
    if (between.some((word) => isNoun(word) && headOf(other) !== word)) return [];
    return between.filter((word) => !AUXILIARIES.has(words[word] ?? ''));
  }
  function belongsTo(word: number, noun: number): boolean {
    const own = relations[word]?.split(':')[0] ?? '';
    return headOf(word) === noun && ['det', 'amod', 'compound', 'nummod', 'nmod:poss'].includes(own);
  }

  for (const noun of all.filter(isNoun)) {
    if (relations[noun] === 'compound') continue;
    const subject = dependents(noun, 'nsubj').find((word) => word < noun && isNoun(word));
    if (subject !== undefined) {
      // `A book is to the left of a car`
      for (const other of dependents(noun, 'nmod'))
        if (other > noun && isNoun(other)) related(subject, other);
      continue;
    }
    for (const name of namesOf(noun)) {
      found.push(phrase('noun', [name], [0]));
      for (const adjective of dependents(noun, 'amod')) {
        if (adjective < noun) found.push(phrase('adjective noun', [[adjective], name], [0]));
      }
    }
    for (const other of dependents(noun, 'nmod')) if (other > noun && isNoun(other)) related(noun, other);
    for (const verb of dependents(noun, 'acl')) if (verb > noun && isVerb(verb)) verbOf(noun, verb);
  }
  for (const verb of all.filter(isVerb)) {
    for (const noun of dependents(verb, 'nsubj')) if (isNoun(noun) && noun < verb) verbOf(noun, verb);
  }
  return found;

  function verbOf(noun: number, verb: number): void {
    for (const name of namesOf(noun)) found.push(phrase('noun verb', [name, [verb]], [0]));
    for (const object of all.filter((word) => headOf(word) === verb && OBJECTS.has(relations[word] ?? ''))) {
      if (object < verb || !isNoun(object)) continue;
      related(noun, object);
      const relation = relationBetween(verb, object);
      if (relation.length < LONGEST_RELATION) {
        for (const name of namesOf(object)) found.push(phrase('verb noun', [[verb], relation, name], [2]));
      }
    }
  }
}
