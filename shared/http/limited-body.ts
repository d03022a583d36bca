import { AppError } from '../errors/index.ts';

/**
 * The bytes of a request's body. Reading stops as soon as there are too many, whatever the headers say; the server reads the rest away,
 * then answers.
 *
 * @param hint how to send less.
 * @throws AppError `request_too_large`, `request_invalid` if it does not arrive whole.
 */
export async function readLimited(
  { headers, body }: Pick<Request, 'headers' | 'body'>,
  mostBytes: number,
  hint?: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = (): AppError =>
    new AppError('request_too_large', `the body is larger than ${mostBytes} bytes`, { hint });
  if (Number(headers.get('content-length') ?? 0) > mostBytes) throw tooLarge();
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const reader = body?.getReader();
  for (let piece = await read(reader); piece !== undefined; piece = await read(reader)) {
    bytes += piece.byteLength;
    if (bytes > mostBytes) throw tooLarge();
    pieces.push(piece);
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

async function read(
  reader: ReadableStreamDefaultReader<Uint8Array> | undefined,
): Promise<Uint8Array | undefined> {
  try {
    return (await reader?.read())?.value;
  } catch (cause) {
    throw new AppError('request_invalid', 'the body did not arrive whole', { hint: 'send it again', cause });
  }
}
