import { join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { SEARCH_LIMITS } from '../../shared/schema/index.ts';
import { readLines } from './text-files.ts';

/** Files of a data folder for the page. */
export const PAGE_FILES = {
  /** Sentences to try, one on each line; an empty line starts a new group of sentences that are shown together. */
  examples: 'examples.txt',
  /** A few words about the collection. */
  note: 'about.txt',
} as const;

/** What the page shows before the first search. */
export interface PageContent {
  /** Groups of sentences to try. */
  readonly examples: readonly (readonly string[])[];
  readonly note: string | undefined;
}

/**
 * The page's content from a data folder; without sentences in it, some from the index.
 *
 * @param folder undefined if the data of the index is not available.
 * @throws AppError `format_invalid` if a sentence is longer than a query may be; `file_unreadable`.
 */
export async function pageContent(
  folder: string | undefined,
  sentences: () => Promise<string[]>,
): Promise<PageContent> {
  const path = folder && join(folder, PAGE_FILES.examples);
  const lines = path && (await readLines(path));
  const about = folder && (await readLines(join(folder, PAGE_FILES.note)));
  return {
    examples: path && lines ? groups(lines, path) : (await sentences()).map((text) => [text]),
    note: (about || []).join(' ').trim() || undefined,
  };
}

function groups(lines: readonly string[], path: string): string[][] {
  const found: string[][] = [[]];
  for (const [index, line] of lines.entries()) {
    const text = line.trim();
    if (text.length > SEARCH_LIMITS.queryCharacters) {
      throw new AppError(
        'format_invalid',
        `${path}, line ${index + 1}: a sentence has at most ${SEARCH_LIMITS.queryCharacters} characters`,
        { hint: 'write sentences that a person would search for, one on each line' },
      );
    }
    if (text === '') found.push([]);
    else found.at(-1)?.push(text);
  }
  return found.filter((group) => group.length > 0);
}
