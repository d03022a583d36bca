import { AppError } from '../errors/index.ts';

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;\s*[\w-]+=[^;]+)*$/i;

/**
 * What a caller is told of a parameter or a member that is given more than once: of two values one would have no effect.
 *
 * @param name of the parameter, or the path of the member
 */
export function givenTwice(name: string): AppError {
  return new AppError('request_invalid', `${name} is given more than once.`, { hint: 'Send it once.' });
}

/** Whether headers announce a body. */
export function announcesBody(headers: Headers): boolean {
  return headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0;
}

/**
 * Refuses a body that is not declared as JSON. Pages may send the types of forms and plain text to any address without
 * asking; JSON they may not.
 *
 * @param hasBody whether there is one, where that is known otherwise
 * @throws AppError `content_type_refused`
 */
export function assertJsonBody(headers: Headers, hasBody = announcesBody(headers)): void {
  if (!hasBody) return;
  const type = headers.get('content-type') ?? '';
  if (JSON_TYPE.test(type)) return;
  throw new AppError('content_type_refused', `the body is declared as "${type}"`, {
    hint: 'send JSON, with the header content-type: application/json',
  });
}
