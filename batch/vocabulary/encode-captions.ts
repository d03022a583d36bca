import { encodeQuery, type Vocabulary } from '../../shared/text/index.ts';
import { splitFile } from '../data/split-files.ts';
import type { Report } from '../report.ts';
import { readCaptionTexts } from './caption-texts.ts';
import { writeNewFile } from './write-new-file.ts';

/** Captions as word ids, and how many of the words are in the vocabulary. */
export interface EncodedCaptions {
  /** For each caption the ids of its words between those of `<start>` and `<end>`. */
  readonly ids: readonly (readonly number[])[];
  readonly words: number;
  /** Words that became `<unk>`. */
  readonly unknown: number;
  /** Captions without any word. */
  readonly empty: number;
}

/** Splits captions into words and looks them up, exactly like a query. */
export function encodeCaptions(captions: readonly string[], vocabulary: Vocabulary): EncodedCaptions {
  const encoded = captions.map((caption) => encodeQuery(caption, vocabulary));
  const words = encoded.flatMap((caption) => caption.words);
  return {
    ids: encoded.map(({ ids }) => ids),
    words: words.length,
    unknown: words.filter(({ known }) => !known).length,
    empty: encoded.filter((caption) => caption.words.length === 0).length,
  };
}

/** The text of a `{split}_precaps_stan.txt`: one caption on each line, its ids separated by commas. */
export function captionIdLines({ ids }: EncodedCaptions): string {
  return ids.map((caption) => `${caption.join(',')}\n`).join('');
}

/**
 * Writes `{split}_precaps_stan.txt` from `{split}_caps.txt`, and reports how many of the words are in the vocabulary.
 *
 * @param force replaces existing word ids that differ.
 * @throws AppError `file_missing`, `file_unreadable`, `file_unwritable`, `format_invalid`, `conflict`.
 */
export async function encodeSplit(
  folder: string,
  split: string,
  vocabulary: Vocabulary,
  force: boolean,
  report: Report,
): Promise<void> {
  const captions = await readCaptionTexts(folder, split);
  const encoded = encodeCaptions(captions, vocabulary);
  const path = splitFile(folder, split, 'captionIds');
  const written = await writeNewFile(path, captionIdLines(encoded), force);
  const unknown = (100 * encoded.unknown) / Math.max(1, encoded.words);
  report.say(
    `${written ? 'wrote' : 'unchanged:'} ${path}: ${captions.length.toLocaleString('en')} captions, ` +
      `${encoded.words.toLocaleString('en')} words, ${unknown.toFixed(1)}% of them unknown`,
  );
  if (encoded.empty > 0) report.warn(`${encoded.empty} captions of ${path} have no words`);
}
