import { readFile } from 'node:fs/promises';
import { AppError } from '../../shared/errors/index.ts';
import { describeLoss, jsonLosses } from '../../shared/formats/json/json-losses.ts';
import { textLines } from '../../shared/formats/text-lines.ts';
import { fileReason } from '../../shared/platform/file-reason.ts';

/**
 * A whole UTF-8 file, or undefined if there is no such file.
 *
 * @throws AppError `file_unreadable`, `format_invalid` (not UTF-8).
 */
export async function readText(path: string): Promise<string | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new AppError('file_unreadable', `${path} cannot be read: ${fileReason(thrown)}`, {
      cause: thrown,
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (thrown) {
    throw new AppError('format_invalid', `${path} is not UTF-8 text`, {
      hint: 'convert the file, for example with iconv',
      cause: thrown,
    });
  }
}

/**
 * The lines of a text file, without line ends and without the empty one after the last; undefined without a file.
 *
 * @throws AppError `file_unreadable`, `format_invalid` (not UTF-8, CR line ends).
 */
export async function readLines(path: string): Promise<string[] | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  const lines = textLines(text, path);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/**
 * The entries of a file with one on each line; undefined without a file. Blank lines at its end are ignored like a final
 * line end.
 *
 * @throws AppError `format_invalid` with file and line for a blank line before the last entry.
 */
export async function readEntries(path: string, entry: string): Promise<string[] | undefined> {
  const lines = await readLines(path);
  if (lines === undefined) return undefined;
  const isBlank = (line: string): boolean => line.trim() === '';
  const entries = lines.slice(0, lines.findLastIndex((line) => !isBlank(line)) + 1);
  const blank = entries.findIndex(isBlank);
  if (blank < 0) return entries;
  throw new AppError('format_invalid', `${path}:${blank + 1} is blank`, {
    hint: `each line holds ${entry}; remove the line if it is there by accident`,
  });
}

/**
 * The value of a JSON file, undefined without a file.
 *
 * @throws AppError `format_invalid`.
 */
export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path);
  return text === undefined ? undefined : parseJson(text, path);
}

/**
 * Parses JSON; `where` is the file, or the file and the line.
 *
 * @throws AppError `format_invalid`, also for what `JSON.parse` would silently change: numbers that it cannot hold, and
 *   members that an object has twice.
 */
export function parseJson(text: string, where: string): unknown {
  const value = parsed(text, where);
  for (const loss of jsonLosses(text)) {
    const { what, hint } = describeLoss(loss);
    throw new AppError('format_invalid', `${where}: ${what}`, { hint });
  }
  return value;
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new AppError('format_invalid', `${where} is not JSON: ${reason}`, {
      hint: 'the file is truncated or was changed by hand; make it again',
      cause: thrown,
    });
  }
}
