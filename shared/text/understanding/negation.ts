import { BOUNDARIES, isFunctionWord } from './function-words.ts';

/** Words that deny the phrase that follows. */
const CUES = new Set(['without', 'no', 'not', "n't", 'never', 'minus']);
/** With these, `not` says something else: `not far away`, `not only`. */
const NOT_DENIED = new Set('far only just even yet quite too very really necessarily'.split(' '));
/** Words before a cue that say nothing without the phrase: `that is not …`, `with no …`, `but not …`. */
const LEADING = new Set(
  'that which who is are was were am be been does do did has have had can could will would with but and there it'.split(
    ' ',
  ),
);
/** Words that join what follows to a denied phrase. */
const JOINING = new Set(['and', 'but']);
/** Words that continue the denial: `without a hat or a scarf`. */
const OR = new Set(['or', 'nor']);

export interface Negation {
  /** Positions of the words that belong to a negation, its cue included. */
  readonly positions: ReadonlySet<number>;
  /** What is denied. */
  readonly phrases: readonly Phrase[];
}

/** Words at the positions `from` to `to`, which is not included. */
export interface Phrase {
  readonly from: number;
  readonly to: number;
}

/**
 * The phrases that a query denies: `a leash` in `a dog without a leash on the beach`. A phrase begins behind `without`, `no`, `not`,
 * `n't`, `never` or `minus` and ends before a mark, a preposition, a conjunction, a pronoun or an auxiliary; that of `minus` (`-cat`) has
 * one word. A cue without a phrase denies nothing.
 */
export function findNegation(words: readonly string[]): Negation {
  const positions = new Set<number>();
  const phrases: Phrase[] = [];
  let at = 0;
  while (at < words.length) {
    const end = CUES.has(words[at] as string) ? deny(words, at, phrases) : undefined;
    if (end === undefined) {
      at++;
      continue;
    }
    let from = at;
    while (
      from > 0 &&
      !positions.has(from - 1) &&
      (LEADING.has(words[from - 1] as string) || isMark(words[from - 1]))
    ) {
      from--;
    }
    for (let position = from; position < end; position++) positions.add(position);
    at = end;
  }
  // `not a cat but a dog`: nothing is left for `but` to join.
  for (const [position, word] of words.entries()) {
    if (positions.has(position - 1) && JOINING.has(word)) positions.add(position);
  }
  return { positions, phrases };
}

/** Adds the phrases behind a cue; returns the position behind them, or undefined if there are none. */
function deny(words: readonly string[], cue: number, phrases: Phrase[]): number | undefined {
  if (words[cue] === 'not' && NOT_DENIED.has(words[cue + 1] ?? '')) return undefined;
  let end: number | undefined;
  let at = cue + 1;
  while (at < words.length) {
    const phrase = phraseAt(words, at, words[cue] === 'minus');
    if (phrase === undefined) break;
    phrases.push(phrase);
    end = phrase.to;
    if (!OR.has(words[end] ?? '')) break;
    at = end + 1;
  }
  return end;
}

function phraseAt(words: readonly string[], from: number, single: boolean): Phrase | undefined {
  let named = false;
  let to = from;
  for (; to < words.length && !(single && named); to++) {
    const word = words[to] as string;
    if (isMark(word) || CUES.has(word) || OR.has(word) || BOUNDARIES.has(word)) break;
    named ||= !isFunctionWord(word);
  }
  return named ? { from, to } : undefined;
}

/** Whether a word has neither letters nor digits. */
export function isMark(word: string | undefined): boolean {
  return word !== undefined && !/[\p{L}\p{N}]/u.test(word);
}
