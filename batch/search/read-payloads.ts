import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AppError, toAppError } from '../../shared/errors/index.ts';
import { GENERATION_PATHS } from '../../shared/generation/index.ts';
import { type ImagePayload, imagePayloadSchema } from '../../shared/schema/index.ts';

/**
 * Payloads of images, in the order of `ids`, from the file that a build writes for the points. It is read line by line,
 * up to the last one that is wanted.
 *
 * @param folder the generation's
 * @throws AppError `file_unreadable`, `format_invalid`, or the signal's reason.
 */
export async function readPayloads(
  folder: string,
  ids: readonly number[],
  signal?: AbortSignal,
): Promise<ImagePayload[]> {
  const path = join(folder, GENERATION_PATHS.imagePayloads);
  const wanted = new Set(ids);
  const found = new Map<number, ImagePayload>();
  const input = createReadStream(path, 'utf8');
  try {
    let id = 0;
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      signal?.throwIfAborted();
      if (wanted.has(id)) found.set(id, parsePayload(line, `${path}: line ${id + 1}`));
      id++;
      if (found.size === wanted.size) break;
    }
  } catch (thrown) {
    throw toAppError(thrown, 'file_unreadable', path);
  } finally {
    input.destroy();
  }
  return ids.map((id) => {
    const payload = found.get(id);
    if (payload !== undefined) return payload;
    throw new AppError('format_invalid', `${path} has no line for image ${id}`, {
      hint: 'build the generation again',
    });
  });
}

function parsePayload(line: string, where: string): ImagePayload {
  try {
    return imagePayloadSchema.parse(JSON.parse(line));
  } catch (cause) {
    throw new AppError('format_invalid', `${where} is no image's payload`, {
      hint: 'build the generation again',
      cause,
    });
  }
}
