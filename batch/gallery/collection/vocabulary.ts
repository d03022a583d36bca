import { readFile } from 'node:fs/promises';
import { AppError } from '../../../shared/errors/index.ts';
import { encodeQuery, parseVocabulary, type Vocabulary } from '../../../shared/text/index.ts';
import { countWords } from '../../vocabulary/count-words.ts';
import { vocabularyJson, vocabularyWords } from '../../vocabulary/vocabulary-file.ts';

/** Rarer words stay unknown, as in the released `vocab.py`. */
const FEWEST = 4;

/** A vocabulary with the text of its file. */
export interface VocabularyFile {
  readonly vocabulary: Vocabulary;
  readonly text: string;
}

/** The vocabulary of captions, as `gsmn vocab` makes it. */
export async function captionVocabulary(captions: readonly string[]): Promise<VocabularyFile> {
  const counts = await countWords(captions, 'treebank');
  const text = vocabularyJson(vocabularyWords(counts, FEWEST));
  return { text, vocabulary: parseVocabulary(text, 'the vocabulary of the gallery') };
}

/**
 * Reads a vocabulary file.
 *
 * @throws AppError `file_missing`, `file_unreadable`, `format_invalid`.
 */
export async function readVocabulary(path: string): Promise<VocabularyFile> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new AppError(
      missing ? 'file_missing' : 'file_unreadable',
      missing ? `there is no vocabulary ${path}` : `the vocabulary ${path} cannot be read`,
      { hint: 'name the vocab.json of the model that the gallery is for', cause },
    );
  });
  return { text, vocabulary: parseVocabulary(text, path) };
}

/** A caption as a line of ids, from `<start>` to `<end>`. */
export function captionIdLine(caption: string, vocabulary: Vocabulary): string {
  return encodeQuery(caption, vocabulary).ids.join(',');
}
