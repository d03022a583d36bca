import type { Parser } from '../../shared/parse/index.ts';
import { tokenise } from '../../shared/text/index.ts';
import type { OnProgress } from '../report.ts';
import { type Phrase, phrasesOf } from './caption-phrases.ts';

/** Captions in one call of the parser. */
const AT_ONCE = 256;

/** The phrases of an image's captions, each once, by `phraseKey`. */
export type ImagePhrases = ReadonlyMap<string, Phrase>;

/** What makes two phrases the same: kind and words. */
export function phraseKey({ kind, words }: Phrase): string {
  return `${kind}: ${words.join(' ')}`;
}

/**
 * The phrases that the captions of each image have.
 *
 * @param captions the captions of each image.
 * @throws AppError of the parser; `cancelled`.
 */
export async function imagePhrases(
  captions: readonly (readonly string[])[],
  parser: Parser,
  {
    onProgress,
    signal,
  }: { readonly onProgress?: OnProgress; readonly signal?: AbortSignal | undefined } = {},
): Promise<ImagePhrases[]> {
  const found = captions.map(() => new Map<string, Phrase>());
  const all = captions.flatMap((own, image) => own.map((caption) => ({ image, words: tokenise(caption) })));
  const sentences = all.filter(({ words }) => words.length > 0);
  for (let from = 0; from < sentences.length; from += AT_ONCE) {
    signal?.throwIfAborted();
    const some = sentences.slice(from, from + AT_ONCE);
    const trees = await parser.parse(some.map(({ words }) => words));
    for (const [index, tree] of trees.entries()) {
      const own = found[some[index]?.image ?? -1];
      for (const phrase of phrasesOf(tree)) own?.set(phraseKey(phrase), phrase);
    }
    onProgress?.(Math.min(from + AT_ONCE, sentences.length), sentences.length);
  }
  return found;
}

/** A phrase as a query: bare, as it is typed in haste, or with articles. */
export function phraseText({ words, nouns }: Phrase, articles: boolean): string {
  const written = words.map((word, at) =>
    articles && nouns.includes(at) ? `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}` : word,
  );
  return written.join(' ');
}
