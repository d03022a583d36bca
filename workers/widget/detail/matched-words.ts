import type { QueryWord, SearchHit } from '../../clients/search/index.ts';
import type { Say } from '../texts/say.ts';
import { percent } from '../words/percent.ts';
import { isUnknown } from '../words/reading.ts';

type Evidence = NonNullable<SearchHit['evidence']>;
type Region = Evidence['words'][number]['regions'][number];

/** A word of the query and what it matched in one image. */
export interface MatchedWord {
  readonly text: string;
  readonly known: boolean;
  /** Strongest first; empty if the answer has nothing for this word. */
  readonly regions: readonly Region[];
}

/** Both lists are in the order of the sentence; a word that is missing in the evidence has no regions. */
export function matchWords(words: readonly QueryWord[], evidence: Evidence): MatchedWord[] {
  let next = 0;
  return words.map((word) => {
    const { text } = word;
    const known = !isUnknown(word);
    const found = evidence.words.findIndex((entry, index) => index >= next && entry.word === text);
    if (found < 0) return { text, known, regions: [] };
    next = found + 1;
    return { text, known, regions: evidence.words[found]?.regions ?? [] };
  });
}

/** The word to start with: the one with the strongest single region. Undefined if no word has regions. */
export function firmestWord(words: readonly MatchedWord[]): number | undefined {
  let best: number | undefined;
  let firmest = 0;
  for (const [index, { known, regions }] of words.entries()) {
    const weight = regions[0]?.weight ?? 0;
    if (!known || weight <= firmest) continue;
    best = index;
    firmest = weight;
  }
  return best;
}

/** Words whose strongest region has less than this part of the chosen word's attention to it look elsewhere, too. Chosen. */
const AS_FIRM = 0.5;

/** Describes the boxes of a word: how firm they are, and which other words look most at the same region. */
export function explain(chosen: MatchedWord, words: readonly MatchedWord[], say: Say): string {
  const { text, known, regions } = chosen;
  const [strongest] = regions;
  if (strongest === undefined) return say('“{word}” looks at no region in particular.', { word: text });
  const looks = say(
    '“{word}” looks at one region; the strongest takes {share} of its attention.|“{word}” looks at {n} regions; the strongest takes {share} of its attention.',
    { word: text, n: regions.length, share: percent(strongest.weight, say) },
  );
  const together = [
    ...new Set(words.filter((word) => word === chosen || joins(word, strongest)).map(quoted)),
  ];
  return [
    ...(known ? [] : [say('The model does not know this word.')]),
    looks,
    ...(together.length < 2
      ? []
      : [
          say('{words} look most at the same region.', {
            words: new Intl.ListFormat(say.language).format(together),
          }),
        ]),
  ].join(' ');

  function quoted(word: MatchedWord): string {
    return say('“{word}”', { word: word.text });
  }
}

/** Whether a word looks most at a region, about as firmly; marks do not count. */
function joins({ text, known, regions: [own] }: MatchedWord, region: Region): boolean {
  return (
    known &&
    /[\p{L}\p{N}]/u.test(text) &&
    own?.region === region.region &&
    own.weight >= AS_FIRM * region.weight
  );
}
