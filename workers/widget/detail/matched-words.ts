import type { QueryWord, SearchHit } from '../../clients/search/index.ts';
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

/** Describes the boxes in one sentence. */
export function explain({ text, known, regions }: MatchedWord): string {
  const [strongest] = regions;
  if (strongest === undefined) return `“${text}” looks at no region in particular.`;
  const unknown = known ? '' : 'The model does not know this word. ';
  const where = regions.length === 1 ? 'at one region' : `at ${regions.length} regions`;
  return `${unknown}“${text}” looks ${where}; the strongest takes ${percent(strongest.weight)} of its attention.`;
}
