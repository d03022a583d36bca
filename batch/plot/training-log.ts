import { z } from 'zod';
import { AppError } from '../../shared/errors/index.ts';
import { textLines } from '../../shared/formats/text-lines.ts';
import { type TrainingEntry, trainingEntrySchema } from './training-entry.ts';

export interface TrainingLog {
  readonly entries: readonly TrainingEntry[];
  /** Number, counted from one, of a last line that was cut when the run was killed; it is not an entry. */
  readonly cutLine: number | undefined;
}

/**
 * Reads a training log: JSON lines, one entry each, the first of type `run`.
 *
 * A last line without newline that is not JSON was being written when the run was killed; it is left out and its number
 * returned. A run that resumes must first remove such a line: a cut line anywhere else is an error.
 *
 * @param path its name in errors.
 * @throws AppError `format_invalid` with file and line.
 */
export function parseTrainingLog(text: string, path: string): TrainingLog {
  const lines = textLines(text, path);
  const unfinished = lines.pop() ?? '';
  const entries = lines.map((line, index) => parseEntry(line, `${path}:${index + 1}`));
  let cutLine: number | undefined;
  if (unfinished !== '') {
    if (isJson(unfinished)) entries.push(parseEntry(unfinished, `${path}:${lines.length + 1}`));
    else cutLine = lines.length + 1;
  }
  const first = entries[0];
  if (first?.type !== 'run') {
    const found = first === undefined ? 'is missing' : `is of type "${first.type}"`;
    throw new AppError('format_invalid', `${path}:1 ${found}, expected the entry of type "run"`, {
      hint: 'name the log.jsonl of a training run, complete from its first line',
    });
  }
  return { entries, cutLine };
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function parseEntry(line: string, where: string): TrainingEntry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (thrown) {
    throw new AppError('format_invalid', `${where} is not JSON`, {
      hint: 'each line of a training log is a JSON object; remove the line if a killed run left it there',
      cause: thrown,
    });
  }
  const parsed = trainingEntrySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'format_invalid',
    `${where} is not an entry of a training log: ${z.prettifyError(parsed.error)}`,
    {
      hint: 'entries have the type run, step or validation, as `gsmn train` writes them',
      cause: parsed.error,
    },
  );
}
