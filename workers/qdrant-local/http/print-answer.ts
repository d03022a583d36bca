import { AppError } from '../../../shared/errors/index.ts';
import type { Slices } from '../scheduling/slices.ts';
import { LIMITS } from '../schema/limits.ts';
import { printJson } from './json.ts';

/**
 * Prints the result of a request in slices, one point after the other.
 *
 * @param most characters of the text
 * @throws AppError `argument_invalid` for a longer text.
 */
export async function printAnswer(
  result: unknown,
  slices: Slices,
  most: number = LIMITS.answerCharacters,
): Promise<string> {
  const pieces: string[] = [];
  let length = 0;
  const add = (piece: string): void => {
    length += piece.length;
    if (length > most) {
      throw new AppError('argument_invalid', `the answer would have more than ${most} characters`, {
        hint: 'Ask for fewer points at once, or without their vectors.',
      });
    }
    pieces.push(piece);
  };
  const print = async (value: unknown): Promise<void> => {
    if (isList(value)) {
      add('[');
      for (const [at, item] of value.entries()) {
        if (at > 0) add(',');
        await print(item);
      }
      add(']');
    } else if (isPage(value)) {
      const { points, ...others } = value;
      add('{"points":');
      await print(points);
      for (const [key, inner] of Object.entries(others)) add(`,${JSON.stringify(key)}:${printJson(inner)}`);
      add('}');
    } else {
      if (slices.due) await slices.pause();
      add(printJson(value));
    }
  };
  await print(result);
  return pieces.join('');
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** An answer, or one of a batch, with its points. */
function isPage(value: unknown): value is { readonly points: readonly unknown[] } {
  return typeof value === 'object' && value !== null && 'points' in value && Array.isArray(value.points);
}
