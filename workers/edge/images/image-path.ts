import { AppError } from '../../../shared/errors/index.ts';

/**
 * The path below the folder of image files for a request's path, with encoded segments. Throws `not_found` for anything
 * but a plain relative path, which cannot be the name of an image.
 */
export function imagePath(encoded: string): string {
  return encoded
    .split('/')
    .map((segment) => {
      const name = decode(segment);
      if (name === undefined || /^\.{0,2}$|[/\\\p{Cc}]/u.test(name)) {
        throw new AppError('not_found', 'There is no such image.');
      }
      return encodeURIComponent(name);
    })
    .join('/');
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    // An invalid percent sequence.
    return undefined;
  }
}
