import pluralize from 'pluralize';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Parser } from '../../../shared/parse/parser.ts';
import type { Vocabulary } from '../../../shared/text/index.ts';
import { commonWords, isCommon } from '../../../shared/text/understanding/common-words.ts';
import { imagePhrases, phraseText } from '../../phrases/index.ts';
import { isFitted, isNoun, nounsAmong, type TaggedWord, tagWords, wordImages } from './caption-words.ts';

/** Queries with an answer, and queries without. */
export const ANSWERABLE = ['caption', 'noun', 'phrase', 'relation'] as const;
export const WITHOUT_ANSWER = ['absent thing', 'absent pair', 'thing replaced'] as const;
export type CalibrationKind = (typeof ANSWERABLE)[number] | (typeof WITHOUT_ANSWER)[number];

/** A query and the images that fit it. */
export interface CalibrationQuery {
  readonly kind: CalibrationKind;
  readonly text: string;
  readonly fitting: ReadonlySet<number>;
}

/** The most queries of each kind. */
const MOST: Readonly<Record<CalibrationKind, number>> = {
  caption: 200,
  noun: 150,
  phrase: 100,
  relation: 150,
  'absent thing': 150,
  'absent pair': 150,
  'thing replaced': 200,
};
/** One image in that many has what a noun or phrase says. */
const RARITY = 100;
/** Words that are looked at for nouns that no caption has. */
const TRIED = 600;
const WORD = /^\p{L}{3,}$/u;
/** Words of a caption that is a query, at most: a search takes no more than 62. */
const LONGEST = 50;
const SEED = 1;

/**
 * Queries made of held-out captions by rules. With an answer: a caption of every image, nouns and pairs of adjective and noun that one
 * image in a hundred has, and two nouns of a caption with what relates them. Without: things that no caption names, half of them known to the model; two of them; and captions with such
 * a thing in the place of a noun. An image fits if its captions have all nouns of the query (and the adjective of a pair).
 *
 * @param captions of each image.
 */
export async function calibrationQueries(
  captions: readonly (readonly string[])[],
  parser: Parser,
  vocabulary: Vocabulary,
): Promise<CalibrationQuery[]> {
  const random = xoroshiro128plus(SEED);
  const below = (count: number): number => uniformInt(random, 0, count - 1);
  const one = <T>(all: readonly T[]): T => all[below(all.length)] as T;
  const some = <T>(all: readonly T[], count: number): T[] => shuffled(all, below).slice(0, count);
  const imagesOf = wordImages(captions);
  const withAll = (words: readonly string[]): Set<number> => intersection(words, imagesOf);
  const written = captions.map((own) => (own.length === 0 ? '' : one(own)));
  const tagged = await tagWords(written, parser);
  const least = Math.max(1, Math.ceil(captions.length / RARITY));
  const isFrequent = (words: readonly string[]): boolean => withAll(words).size >= least;

  const things = await absentThings(imagesOf, parser, vocabulary, some);
  const nouns = nounsOf(tagged);
  const named = (count: number): CalibrationQuery[] =>
    some(
      [...nouns].filter((noun) => isFrequent([noun])),
      count,
    ).map((noun, at) => ({
      kind: 'noun',
      text: at % 2 === 0 ? noun : withArticle(noun),
      fitting: withAll([noun]),
    }));
  const phrases = [...new Set(tagged.flatMap(adjectivesWithNouns))]
    .map((phrase) => ({ phrase, words: phrase.split(' ') }))
    .filter(({ words }) => isFrequent(words));
  // Short sentences have lower scores than captions, and are what people write.
  const related = (
    await imagePhrases(
      written.map((text) => (text === '' ? [] : [text])),
      parser,
    )
  ).flatMap((own, image) =>
    [...own.values()]
      .filter(({ kind }) => kind === 'noun relation noun')
      .map(
        (phrase): CalibrationQuery => ({
          kind: 'relation',
          text: phraseText(phrase, image % 2 === 1),
          fitting: withAll(
            phrase.words.map((word) => pluralize.singular(word)).filter((word) => nouns.has(word)),
          ).add(image),
        }),
      ),
  );
  const withNouns = tagged
    .map((words, image) => ({ words, image }))
    .filter(({ words }) => words.length <= LONGEST && words.some(isNoun));
  return [
    ...some(withNouns, MOST.caption).map(
      ({ words, image }): CalibrationQuery => ({
        kind: 'caption',
        text: written[image] as string,
        fitting: withAll(words.filter(isNoun).map(({ singular }) => singular)).add(image),
      }),
    ),
    ...named(MOST.noun),
    ...some(phrases, MOST.phrase).map(
      ({ phrase, words }): CalibrationQuery => ({ kind: 'phrase', text: phrase, fitting: withAll(words) }),
    ),
    ...some(related, MOST.relation),
    ...(things.length === 0
      ? []
      : withoutAnswer(
          things,
          withNouns.map(({ words }) => words),
          one,
          some,
        )),
  ];
}

const NOTHING: ReadonlySet<number> = new Set();

function withoutAnswer(
  things: readonly string[],
  sentences: readonly (readonly TaggedWord[])[],
  one: <T>(all: readonly T[]) => T,
  some: <T>(all: readonly T[], count: number) => T[],
): CalibrationQuery[] {
  const query = (kind: CalibrationKind, text: string): CalibrationQuery => ({ kind, text, fitting: NOTHING });
  const times = (kind: CalibrationKind, text: (at: number) => string): CalibrationQuery[] =>
    Array.from({ length: MOST[kind] }, (_, at) => query(kind, text(at)));
  return [
    ...times('absent thing', (at) => (at % 2 === 0 ? one(things) : withArticle(one(things)))),
    ...times('absent pair', () => `${withArticle(one(things))} and ${withArticle(one(things))}`),
    ...some(sentences, MOST['thing replaced']).map((words) => {
      const replaced = one(words.filter(isNoun));
      const text = words.map((word) => (word === replaced ? one(things) : word.text)).join(' ');
      return query('thing replaced', text);
    }),
  ];
}

/** As many nouns that the model knows as others; no caption has them. */
async function absentThings(
  imagesOf: ReadonlyMap<string, unknown>,
  parser: Parser,
  vocabulary: Vocabulary,
  some: <T>(all: readonly T[], count: number) => T[],
): Promise<string[]> {
  const isAbsent = (word: string): boolean => WORD.test(word) && isFitted(word) && !imagesOf.has(word);
  const known = Array.from({ length: vocabulary.size }, (_, id) => vocabulary.wordOf(id)).filter(isCommon);
  const unknown = commonWords().filter((word) => vocabulary.idOf(word) === vocabulary.unknownId);
  const [first, second] = await Promise.all(
    [known, unknown].map((words) => nounsAmong(some(words.filter(isAbsent), TRIED), parser)),
  );
  const [few = [], many = []] = [first, second];
  // A model of a small vocabulary knows no such noun.
  const count = few.length === 0 ? many.length : Math.min(few.length, many.length);
  return [...few.slice(0, count), ...many.slice(0, count)];
}

/** The words that are nouns more often than anything else, in the singular. */
function nounsOf(tagged: readonly (readonly TaggedWord[])[]): Set<string> {
  const votes = new Map<string, number>();
  for (const word of tagged.flat()) {
    votes.set(word.singular, (votes.get(word.singular) ?? 0) + (isNoun(word) ? 1 : -1));
  }
  return new Set([...votes].filter(([, vote]) => vote > 0).map(([word]) => word));
}

function adjectivesWithNouns(words: readonly TaggedWord[]): string[] {
  return words.flatMap((word, at) => {
    const before = words[at - 1];
    return before?.tag === 'JJ' && isNoun(word) ? [`${before.text} ${word.singular}`] : [];
  });
}

function intersection(
  words: readonly string[],
  imagesOf: ReadonlyMap<string, ReadonlySet<number>>,
): Set<number> {
  const [first = NOTHING, ...others] = words.map((word) => imagesOf.get(word) ?? NOTHING);
  return new Set([...first].filter((image) => others.every((images) => images.has(image))));
}

function shuffled<T>(all: readonly T[], below: (count: number) => number): T[] {
  const left = [...all];
  for (let at = left.length - 1; at > 0; at--) {
    const other = below(at + 1);
    [left[at], left[other]] = [left[other] as T, left[at] as T];
  }
  return left;
}

/** "a dog", "an owl". */
export function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}
