import { AppError } from '../../../shared/errors/index.ts';

/**
 * The path below the picture folder that a request's path means, its segments encoded again. Throws `not_found` for
 * whatever is not a plain relative path: such a name can be no picture's.
 */
export function picturePath(encoded: string): string {
  return encoded
    .split('/')
    .map((segment) => {
      const name = decode(segment);
      if (name === undefined || /^\.{0,2}$|[/\\\p{Cc}]/u.test(name)) {
        throw new AppError('not_found', 'There is no such picture.');
      }
      return encodeURIComponent(name);
    })
    .join('/');
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A broken percent sequence.
    return undefined;
  }
}
