import { AppError } from '../errors/index.ts';

/** A page of another origin may send neither without asking. */
const IMAGE_TYPE = /^(?:image\/[\w.+-]+|application\/octet-stream)\s*(?:;.*)?$/i;

/**
 * Refuses a body that is not declared as an image file. What it is, its content says.
 *
 * @throws AppError `content_type_refused`
 */
export function assertImageBody(headers: Headers): void {
  const type = headers.get('content-type') ?? '';
  if (IMAGE_TYPE.test(type)) return;
  throw new AppError('content_type_refused', `the body is declared as "${type}"`, {
    hint: 'send the image file itself, with the header content-type: image/jpeg, image/png or image/webp',
  });
}
