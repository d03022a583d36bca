import { AppError } from '../../shared/errors/index.ts';

/** Ids of `<start>` and `<end>` in every vocabulary of the released scripts, after `<pad>`. */
const START = 1;
const END = 2;

/** Larger than any vocabulary: such a number is a damaged file, not a word. */
const LARGEST_ID = 2 ** 31 - 1;

/**
 * Captions as word ids, one on each line: separated by commas, with `<start>` and `<end>`.
 *
 * @param vocabularySize if known, larger ids are refused here, where the line can be named.
 * @throws AppError `format_invalid` with file and line.
 */
export function parseCaptionIds(
  path: string,
  lines: readonly string[],
  vocabularySize: number = LARGEST_ID + 1,
): number[][] {
  return lines.map((line, index) => {
    const where = `${path}:${index + 1}`;
    const ids = line.split(',').map((text) => parseId(text, where, vocabularySize));
    if (ids.length < 2 || ids[0] !== START || ids.at(-1) !== END) {
      throw new AppError('format_invalid', `${where}: the caption does not run from <start> to <end>`, {
        hint: `each line begins with ${START} (<start>) and ends with ${END} (<end>), for example 1,17,4,2`,
      });
    }
    return ids;
  });
}

function parseId(text: string, where: string, vocabularySize: number): number {
  const trimmed = text.trim();
  const id = /^\d+$/.test(trimmed) ? Number(trimmed) : Number.NaN;
  if (!(id <= LARGEST_ID)) {
    throw new AppError('format_invalid', `${where}: "${trimmed}" is not a word id`, {
      hint: 'each line holds whole numbers, separated by commas',
    });
  }
  if (id >= vocabularySize) {
    throw new AppError(
      'format_invalid',
      `${where}: word id ${id}, but the vocabulary has ${vocabularySize} words`,
      {
        hint: 'the captions were made with another vocabulary than the model',
      },
    );
  }
  return id;
}
