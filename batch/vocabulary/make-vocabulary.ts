import { basename, join, resolve } from 'node:path';
import type { WordStyle } from '../../shared/text/tokenise.ts';
import type { Report } from '../report.ts';
import { readCaptionTexts } from './caption-texts.ts';
import { vocabularyJson } from './vocabulary-file.ts';
import { countWords, vocabularyWords } from './vocabulary-words.ts';
import { writeNewFile } from './write-new-file.ts';

/** The vocabulary to make. */
export interface VocabularyRequest {
  /** The data folder. */
  readonly folder: string;
  /** The name of the data in the file's name; by default the name of the folder. */
  readonly dataName?: string | undefined;
  /** Splits whose captions are counted, in this order. */
  readonly splits: readonly string[];
  /** How often a word must occur. */
  readonly threshold: number;
  readonly style: WordStyle;
  /** The file to write; by default `vocab/{data name}_vocab.json`, as in the released script. */
  readonly out?: string | undefined;
  /** Whether an existing vocabulary that differs is replaced. */
  readonly force: boolean;
}

/**
 * Makes the vocabulary of a data folder's captions and writes its file, completely or not at all.
 *
 * @throws AppError `file_missing`, `file_unreadable`, `file_unwritable`, `format_invalid`, `conflict`, `cancelled`.
 */
export async function makeVocabulary(
  request: VocabularyRequest,
  report: Report,
  signal?: AbortSignal,
): Promise<void> {
  const { folder, dataName = basename(resolve(folder)), splits, threshold, style } = request;
  const path = request.out ?? join('vocab', `${dataName}_vocab.json`);
  const captions: string[] = [];
  for (const split of splits) {
    for (const caption of await readCaptionTexts(folder, split)) captions.push(caption);
  }
  const counts = await report.stage('counting words', 'captions', (onProgress) =>
    countWords(captions, style, { signal, onProgress }),
  );
  const words = vocabularyWords(counts, threshold);
  const written = await writeNewFile(path, vocabularyJson(words), request.force);
  report.say(
    `${written ? 'wrote' : 'unchanged:'} ${path}: ${words.length.toLocaleString('en')} words; ` +
      `${counts.size.toLocaleString('en')} occurred, these at least ${threshold} times`,
  );
}
