import { withFileSource } from '../../shared/platform/file-source.ts';
import { parseVocabulary, type Vocabulary } from '../../shared/text/index.ts';

/** A vocabulary with the text of its file. */
export interface VocabularyFile {
  readonly vocabulary: Vocabulary;
  readonly text: string;
}

/**
 * Reads a vocabulary's file; a byte order mark at its start is ignored.
 *
 * @throws AppError `file_missing`, `file_unreadable`, `format_invalid`.
 */
export async function readVocabulary(path: string): Promise<VocabularyFile> {
  const bytes = await withFileSource(path, (source) => source.read(0, source.size));
  const text = new TextDecoder().decode(bytes);
  return { vocabulary: parseVocabulary(text, path), text };
}

/**
 * The JSON of a vocabulary file: `word2idx`, `idx2word` and `idx` (the next free id), as written by the released
 * `vocab.py`, with entries in the order of their ids.
 */
export function vocabularyJson(words: readonly string[]): string {
  // JSON.stringify of an object would not do: words that look like numbers would move to its front.
  const object = (entries: readonly (readonly [string, string | number])[]): string =>
    `{${entries.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(', ')}}`;
  const ids = object(words.map((word, id) => [word, id]));
  const back = object(words.map((word, id) => [String(id), word]));
  return `{"word2idx": ${ids}, "idx2word": ${back}, "idx": ${words.length}}\n`;
}
