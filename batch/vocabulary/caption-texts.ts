import { AppError } from '../../shared/errors/index.ts';
import { listFolder, SPLIT_FILES, splitFile } from '../data/split-files.ts';
import { readEntries } from '../data/text-files.ts';

/**
 * The captions of a split, one on each line.
 *
 * @throws AppError `file_missing`, `file_unreadable`, `format_invalid` (not UTF-8, no caption, or a blank line between captions).
 */
export async function readCaptionTexts(folder: string, split: string): Promise<string[]> {
  const path = splitFile(folder, split, 'captionTexts');
  const lines = await readEntries(path, 'a caption');
  if (lines === undefined) {
    const splits = await captionedSplits(folder);
    throw new AppError('file_missing', `there are no captions ${path}`, {
      hint: `there are captions of ${splits.join(', ')}: choose with --split`,
    });
  }
  if (lines.length === 0) throw new AppError('format_invalid', `${path} has no captions`);
  return lines;
}

/**
 * The names of the splits with captions in a folder.
 *
 * @throws AppError `file_missing` (also if there are none), `file_unreadable`.
 */
export async function captionedSplits(folder: string): Promise<string[]> {
  const end = `_${SPLIT_FILES.captionTexts}`;
  const names = await listFolder(folder);
  const splits = names.flatMap((name) => (name.endsWith(end) ? [name.slice(0, -end.length)] : []));
  if (splits.length > 0) return splits.sort();
  throw new AppError('file_missing', `${folder} has no captions`, {
    hint: 'expected {split}_caps.txt with one caption on each line',
  });
}
