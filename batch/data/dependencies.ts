import { AppError } from '../../shared/errors/index.ts';
import type { Dependencies } from '../../shared/model/index.ts';

const HINT = 'expected a list of captions, each a list of [head, dependent] pairs, the root [0, n] first';

/**
 * The parses of `{split}_caps.json`. Heads and dependents may be beyond the caption, as in parses of captions that were
 * cut later; the network skips such pairs.
 *
 * @throws AppError `format_invalid` with file, caption and pair.
 */
export function parseDependencies(path: string, value: unknown): Dependencies[] {
  if (!Array.isArray(value)) throw invalid(path, 'is not a list');
  return value.map((caption: unknown, index) => {
    if (!Array.isArray(caption)) throw invalid(path, `caption ${index + 1} is not a list of pairs`);
    const wrong = caption.findIndex((pair) => !isPair(pair));
    if (wrong < 0) return caption as Dependencies;
    const found = JSON.stringify(caption[wrong])?.slice(0, 40);
    throw invalid(path, `caption ${index + 1}, pair ${wrong + 1}: ${found} is not a pair [head, dependent]`);
  });
}

function isPair(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    value.every((token) => typeof token === 'number' && Number.isInteger(token) && token >= 0)
  );
}

function invalid(path: string, what: string): AppError {
  return new AppError('format_invalid', `${path}: ${what}`, { hint: HINT });
}
