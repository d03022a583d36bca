import { AppError } from '../../shared/errors/index.ts';
import { parseJson } from './text-files.ts';

/**
 * The entries of `{split}_metadata.jsonl`: one JSON object on each line, for each image.
 *
 * @throws AppError `format_invalid` with file and line.
 */
export function parseMetadata(path: string, lines: readonly string[]): Record<string, unknown>[] {
  return lines.map((line, index) => {
    const where = `${path}:${index + 1}`;
    const value = parseJson(line, where);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new AppError('format_invalid', `${where} is not a JSON object`, {
        hint: 'each line holds one object, for example {"photographer": "A. Adams"}',
      });
    }
    return value as Record<string, unknown>;
  });
}
