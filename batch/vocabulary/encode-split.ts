import type { Vocabulary } from '../../shared/text/index.ts';
import { splitFile } from '../data/split-files.ts';
import type { Report } from '../report.ts';
import { readCaptionTexts } from './caption-texts.ts';
import { captionIdLines, encodeCaptions } from './encode-captions.ts';
import { writeNewFile } from './write-new-file.ts';

/**
 * Writes `{split}_precaps_stan.txt` from `{split}_caps.txt`, and says how well the vocabulary knows the words.
 *
 * @param force replaces other word ids that are there.
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
