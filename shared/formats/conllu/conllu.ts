import { AppError } from '../../errors/index.ts';
import { textLines } from '../text-lines.ts';

/** The columns of a row besides its id, in the file's order; `_` for empty ones. */
const CONLLU_COLUMNS = [
  'form',
  'lemma',
  'universalTag',
  'tag',
  'features',
  'head',
  'relation',
  'enhanced',
  'miscellaneous',
] as const;

/** One row. Its id is the number of a word, from 1, or something that is not a word: a range (`3-4`) or an empty node (`8.1`). */
export type ConlluRow = { readonly id: string } & Readonly<Record<(typeof CONLLU_COLUMNS)[number], string>>;

/** A sentence as in the file: writing it gives the same lines. */
export interface ConlluSentence {
  /** Lines that begin with `#`, whole. */
  readonly comments: readonly string[];
  readonly rows: readonly ConlluRow[];
}

/** The rows of words, without those of ranges and empty nodes. */
export function conlluWords({ rows }: ConlluSentence): ConlluRow[] {
  return rows.filter(({ id }) => /^\d+$/.test(id));
}

/**
 * Parses a treebank in the CoNLL-U format (universaldependencies.org/format.html). Words must be numbered from 1 without gaps, and heads
 * must be numbers of words, 0, or `_`.
 *
 * @param name the name of the file in messages
 * @throws AppError `format_invalid` with the line, or for CR line ends
 */
export function parseConllu(text: string, name: string): ConlluSentence[] {
  const sentences: ConlluSentence[] = [];
  let comments: string[] = [];
  let rows: ConlluRow[] = [];
  const refuse = (line: number, what: string): AppError =>
    new AppError('format_invalid', `${name}, line ${line}: ${what}`, {
      hint: 'expected CoNLL-U: ten columns between tabs, an empty line after each sentence',
    });
  const close = (line: number): void => {
    if (rows.length === 0) return;
    const sentence = { comments, rows };
    const words = conlluWords(sentence);
    const gap = words.findIndex(({ id }, index) => id !== String(index + 1));
    if (gap >= 0) throw refuse(line, `the sentence before it has word ${words[gap]?.id} after ${gap} words`);
    for (const { id, head } of words) {
      if (head !== '_' && !(/^\d+$/.test(head) && Number(head) <= words.length)) {
        throw refuse(
          line,
          `the head "${head}" of word ${id} is not one of the sentence's ${words.length} words`,
        );
      }
    }
    sentences.push(sentence);
    [comments, rows] = [[], []];
  };
  const lines = textLines(text, name);
  for (const [index, line] of lines.entries()) {
    if (line === '') close(index + 1);
    else if (line.startsWith('#')) comments.push(line);
    else rows.push(parseRow(line, (what) => refuse(index + 1, what)));
  }
  close(lines.length);
  return sentences;
}

function parseRow(line: string, refuse: (what: string) => AppError): ConlluRow {
  const [id = '', ...values] = line.split('\t');
  if (values.length !== CONLLU_COLUMNS.length) {
    throw refuse(`${values.length + 1} columns, expected ${CONLLU_COLUMNS.length + 1}`);
  }
  if (!/^\d+([-.]\d+)?$/.test(id)) throw refuse(`"${id}" is not the number of a word`);
  const row = Object.fromEntries(CONLLU_COLUMNS.map((column, at) => [column, values[at] ?? '_']));
  return { id, ...row } as ConlluRow;
}

/** Writes sentences in the CoNLL-U format, an empty line after each. */
export function formatConllu(sentences: readonly ConlluSentence[]): string {
  return sentences
    .map(({ comments, rows }) => {
      const lines = rows.map((row) => [row.id, ...CONLLU_COLUMNS.map((column) => row[column])].join('\t'));
      return `${[...comments, ...lines].join('\n')}\n\n`;
    })
    .join('');
}
