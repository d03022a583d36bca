import pluralize from 'pluralize';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Parser } from '../../shared/parse/parser.ts';
import { nearNouns, tokenise, type Vocabulary } from '../../shared/text/index.ts';
import { type ImagePhrases, imagePhrases, type Phrase, phraseText } from '../phrases/index.ts';

/** Kinds that are phrases of captions. */
const PHRASES = ['adjective noun', 'noun verb', 'noun relation noun'] as const;

/** The kinds of queries, as people type them. */
export const KINDS = ['noun', 'plural', 'typing error', 'mark', 'held out', ...PHRASES, 'without'] as const;

/** A query made of captions, with the images that should be found. */
export interface TypedQuery {
  readonly kind: (typeof KINDS)[number];
  readonly text: string;
  readonly relevant: ReadonlySet<number>;
  /** Images with what the query denies. */
  readonly denied?: ReadonlySet<number>;
}

/** Images that must have a noun for it to be a query. */
const LEAST = 10;
/** Images with both nouns, and with the first alone, of a pair of which the second is denied. */
const WITH_BOTH = 15;
const WITH_ONE = 20;

/** How many queries of what is denied, and of each kind of phrase, at most. */
const DENIALS = 60;
const MOST_PHRASES = 100;

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/**
 * Queries for the nouns of captions that at least ten images have: the noun alone, its plural, with a typing error, with a mark behind
 * it, and without another noun; and the nearest known noun in meaning, as it is searched for a noun that the model lacks. An image is relevant if a caption of it has the noun. And queries for phrases that at least ten images have
 * by the parses of their captions: adjective and noun, subject and verb, two nouns and what relates them; an image is relevant if a caption
 * of it has the phrase. Nothing here knows what a search makes of them.
 *
 * @param captions the captions of each image.
 * @param seed of the typing errors and of the pairs.
 */
export async function typedQueries(
  captions: readonly (readonly string[])[],
  parser: Parser,
  vocabulary: Vocabulary,
  seed: number,
): Promise<TypedQuery[]> {
  const random = xoroshiro128plus(seed);
  const below = (count: number): number => uniformInt(random, 0, count - 1);
  const known = (word: string): boolean => vocabulary.idOf(word) !== vocabulary.unknownId;
  const imagesOf = wordImages(captions);
  const nouns = (await nounsOf(captions, parser)).filter(
    (noun) => known(noun) && (imagesOf.get(noun)?.size ?? 0) >= LEAST,
  );
  const of = (noun: string): ReadonlySet<number> => imagesOf.get(noun) ?? new Set();
  const single = nouns.flatMap((noun): TypedQuery[] => {
    const [relevant, plural, error] = [of(noun), pluralize.plural(noun), typingError(noun, known, below)];
    const near = nearNouns(noun).find(known);
    return [
      { kind: 'noun', text: noun, relevant },
      ...(plural === noun || known(plural) ? [] : [{ kind: 'plural', text: plural, relevant } as const]),
      ...(error === undefined ? [] : [{ kind: 'typing error', text: error, relevant } as const]),
      { kind: 'mark', text: `${noun}${'!?'.charAt(below(2))}`, relevant },
      ...(near === undefined ? [] : [{ kind: 'held out', text: near, relevant } as const]),
    ];
  });
  const phrases = phraseQueries(await imagePhrases(captions, parser), known);
  const pairs = nouns.flatMap((noun) => nouns.map((other) => [noun, other] as const));
  const denials = pairs.flatMap(([noun, other]): TypedQuery[] => {
    const [one, two] = [of(noun), of(other)];
    const both = [...one].filter((image) => two.has(image)).length;
    if (noun === other || both < WITH_BOTH || one.size - both < WITH_ONE) return [];
    const relevant = new Set([...one].filter((image) => !two.has(image)));
    return [{ kind: 'without', text: `a ${noun} without a ${other}`, relevant, denied: two }];
  });
  const kinds = PHRASES.flatMap((kind) =>
    sample(
      phrases.filter((query) => query.kind === kind),
      MOST_PHRASES,
      below,
    ),
  );
  return [...single, ...kinds, ...sample(denials, DENIALS, below)];
}

/** The phrases that at least ten images have, and whose words the model knows. */
function phraseQueries(images: readonly ImagePhrases[], known: (word: string) => boolean): TypedQuery[] {
  const found = new Map<string, { readonly phrase: Phrase; readonly relevant: Set<number> }>();
  for (const [image, phrases] of images.entries()) {
    for (const [key, phrase] of phrases) {
      const before = found.get(key);
      if (before === undefined) found.set(key, { phrase, relevant: new Set([image]) });
      else before.relevant.add(image);
    }
  }
  return [...found.values()].flatMap(({ phrase, relevant }): TypedQuery[] => {
    const kind = PHRASES.find((name) => name === phrase.kind);
    if (kind === undefined || relevant.size < LEAST || !phrase.words.every(known)) return [];
    return [{ kind, text: phraseText(phrase, false), relevant }];
  });
}

/** The images that have each word in a caption. */
function wordImages(captions: readonly (readonly string[])[]): ReadonlyMap<string, ReadonlySet<number>> {
  const images = new Map<string, Set<number>>();
  for (const [image, own] of captions.entries()) {
    for (const word of own.flatMap((caption) => tokenise(caption))) {
      const found = images.get(word);
      if (found === undefined) images.set(word, new Set([image]));
      else found.add(image);
    }
  }
  return images;
}

/** The words that the first captions have as nouns more often than as anything else. */
async function nounsOf(captions: readonly (readonly string[])[], parser: Parser): Promise<string[]> {
  const first = captions.map((own) => tokenise(own[0] ?? '')).filter((words) => words.length > 0);
  const votes = new Map<string, number>();
  for (const { words, tags } of await parser.parse(first)) {
    for (const [index, word] of words.entries()) {
      votes.set(word, (votes.get(word) ?? 0) + (tags[index] === 'NN' ? 1 : -1));
    }
  }
  return [...votes].filter(([, vote]) => vote > 0).map(([word]) => word);
}

/** A word of four letters and more with one letter left out, doubled, replaced, or exchanged with the next; the first one stays. */
function typingError(
  word: string,
  known: (word: string) => boolean,
  below: (count: number) => number,
): string | undefined {
  if (word.length < 4) return undefined;
  for (let tries = 0; tries < 20; tries++) {
    const at = 1 + below(word.length - 1);
    const [before, letter, after] = [word.slice(0, at), word.charAt(at), word.slice(at + 1)];
    const errors = [
      before + after,
      before + letter + letter + after,
      before + LETTERS.charAt(below(26)) + after,
      before + after.charAt(0) + letter + after.slice(1),
    ];
    const error = errors[below(errors.length)] as string;
    if (error !== word && !known(error)) return error;
  }
  return undefined;
}

function sample<T>(all: readonly T[], count: number, below: (count: number) => number): T[] {
  const left = [...all];
  return Array.from({ length: Math.min(count, all.length) }, () => left.splice(below(left.length), 1)).flat();
}

/** The figures of the queries of one kind, as shares of 1. */
export interface KindFigures {
  readonly queries: number;
  /** Of the first ten images, or of as many as are relevant: how many are. */
  readonly precision10: number;
  /** Of the first images. */
  readonly precision1: number;
  /** Of the first ten: how many show what is denied. */
  readonly denied10: number;
}

/** Figures of the queries of each kind; `first` returns the first ten images for a query. */
export async function measureQueries(
  queries: readonly TypedQuery[],
  first: (text: string) => Promise<readonly number[]>,
): Promise<ReadonlyMap<string, KindFigures>> {
  const figures = new Map<string, KindFigures>();
  for (const kind of KINDS) {
    const own = queries.filter((query) => query.kind === kind);
    const sums = { precision10: 0, precision1: 0, denied10: 0 };
    for (const { text, relevant, denied } of own) {
      const found = await first(text);
      const most = Math.min(10, relevant.size);
      sums.precision10 += found.filter((image) => relevant.has(image)).length / most;
      sums.precision1 += relevant.has(found[0] ?? -1) ? 1 : 0;
      sums.denied10 += found.filter((image) => denied?.has(image)).length / 10;
    }
    const mean = (sum: number): number => sum / Math.max(1, own.length);
    figures.set(kind, {
      queries: own.length,
      precision10: mean(sums.precision10),
      precision1: mean(sums.precision1),
      denied10: mean(sums.denied10),
    });
  }
  return figures;
}
