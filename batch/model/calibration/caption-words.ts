import pluralize from 'pluralize';
import type { Parser } from '../../../shared/parse/parser.ts';
import { tokenise } from '../../../shared/text/index.ts';

/** A word of a caption: as it is written, in the singular, and its part of speech (Penn Treebank). */
export interface TaggedWord {
  readonly text: string;
  readonly singular: string;
  readonly tag: string;
}

/** Words of captions with their parts of speech. */
export async function tagWords(captions: readonly string[], parser: Parser): Promise<TaggedWord[][]> {
  const sentences = captions.map((caption) => tokenise(caption));
  const parsed = await parser.parse(sentences.filter((words) => words.length > 0));
  let next = 0;
  return sentences.map((words) => {
    if (words.length === 0) return [];
    const { tags } = parsed[next++] as (typeof parsed)[number];
    return words.map((text, at) => ({ text, singular: pluralize.singular(text), tag: tags[at] as string }));
  });
}

export function isNoun({ tag }: TaggedWord): boolean {
  return tag === 'NN' || tag === 'NNS';
}

/** Those of some words that are nouns after "a". */
export async function nounsAmong(words: readonly string[], parser: Parser): Promise<string[]> {
  if (words.length === 0) return [];
  const parsed = await parser.parse(words.map((word) => ['there', 'is', 'a', word, '.']));
  return words.filter((_, at) => parsed[at]?.tags[3] === 'NN');
}

/** The images that have each word in a caption, by its singular. */
export function wordImages(captions: readonly (readonly string[])[]): Map<string, Set<number>> {
  const images = new Map<string, Set<number>>();
  for (const [image, own] of captions.entries()) {
    for (const word of own.flatMap((caption) => tokenise(caption))) {
      const singular = pluralize.singular(word);
      const found = images.get(singular);
      if (found === undefined) images.set(singular, new Set([image]));
      else found.add(image);
    }
  }
  return images;
}

/**
 * Words are in halves, so that what is fitted on words of things that are not there is never measured with the same ones: the sum of the
 * codes of a word's characters is even in one half and odd in the other.
 */
export function isFitted(word: string): boolean {
  return Array.from(word).reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % 2 === 0;
}
