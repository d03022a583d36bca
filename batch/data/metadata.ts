import { AppError } from '../../shared/errors/index.ts';
import { parseJson } from './text-files.ts';

/**
 * The records of `{split}_metadata.jsonl`, one JSON object a line, an image each.
 *
 * @throws AppError `format_invalid` with file and line.
 */
export function parseMetadata(path: string, lines: readonly string[]): Record<string, unknown>[] {
  return lines.map((line, index) => {
    const where = `${path}:${index + 1}`;
    const value = parseJson(line, where);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new AppError('format_invalid', `${where} is no JSON object`, {
        hint: 'each line holds one object, for example {"photographer": "A. Adams"}',
      });
    }
    return value as Record<string, unknown>;
  });
}
