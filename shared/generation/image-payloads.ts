import { z } from 'zod';
import type { ByteSource } from '../formats/byte-source.ts';
import {
  alikeGroup,
  type FieldValues,
  type GenerationManifest,
  type ImagePayload,
  imagePayloadSchema,
  PAYLOAD_FIELDS,
} from '../schema/index.ts';
import type { GenerationFiles } from './generation-files.ts';
import { GENERATION_PATHS } from './manifest.ts';
import { kept, lineStarts, lines, parsed, STEP } from './payload-lines.ts';

/** Groups of images that look alike: the name of its group for each image that is in one, by ordinal. */
export type AlikeGroups = ReadonlyMap<number, string>;

/** Reads payloads of a generation's images by ordinal. */
export interface ImagePayloadReader {
  readonly alike: AlikeGroups;
  /**
   * Payloads in the order of `ids`, which must exist.
   *
   * @throws AppError `format_invalid`.
   */
  read(ids: readonly number[]): Promise<ImagePayload[]>;
  /** What the images `[from, to)` have in the declared fields, which payloads that are shown do not have. Throws as `read`. */
  readFields(from: number, to: number): Promise<FieldValues[]>;
  close(): Promise<void>;
}

/**
 * Opens the payloads of a generation's images; undefined for a generation without payloads. Every line ends with a line feed. The
 * starts of lines are kept in memory, eight bytes for each image; the payloads of a small index as well.
 *
 * @throws AppError `format_invalid` if there are more or fewer lines than images, `file_missing`, `file_unreadable`.
 */
export async function openImagePayloads(
  files: GenerationFiles,
  manifest: GenerationManifest,
): Promise<ImagePayloadReader | undefined> {
  if (!manifest.files.some(({ path }) => path === GENERATION_PATHS.imagePayloads)) return undefined;
  const source = await kept(await files.open(GENERATION_PATHS.imagePayloads));
  try {
    const starts = await lineStarts(source, manifest.images.count, 'images');
    return {
      alike: await alikeGroups(source, starts),
      read: (ids) =>
        Promise.all(
          ids.map(async (id) => {
            const [line] = await lines(source, starts, id, id + 1);
            return parsed(source, id, imagePayloadSchema, line);
          }),
        ),
      readFields: async (from, to) => {
        const texts = await lines(source, starts, from, to);
        return texts.map(
          (text, index) => parsed(source, from + index, fieldsSchema, text)[PAYLOAD_FIELDS] ?? {},
        );
      },
      close: () => source.close(),
    };
  } catch (thrown) {
    await source.close();
    throw thrown;
  }
}

/** How a payload with a group is written. */
const GROUPED = '"alike":';

/** Parses only lines that may name a group: none of most indexes. */
async function alikeGroups(source: ByteSource, starts: Float64Array): Promise<Map<number, string>> {
  const groups = new Map<number, string>();
  const decoder = new TextDecoder();
  const count = starts.length - 1;
  for (let from = 0, to = 0; from < count; from = to) {
    const start = starts[from] as number;
    do to++;
    while (to < count && (starts[to + 1] as number) - start <= STEP);
    const text = decoder.decode(await source.read(start, (starts[to] as number) - start));
    if (!text.includes(GROUPED)) continue;
    for (const [line, payload] of text.split('\n').entries()) {
      if (!payload.includes(GROUPED)) continue;
      const group = alikeGroup(parsed(source, from + line, imagePayloadSchema, payload));
      if (group !== undefined) groups.set(from + line, group);
    }
  }
  return groups;
}

/** A build checked the values. */
const fieldsSchema = z.object({ [PAYLOAD_FIELDS]: z.custom<FieldValues>(isObject).optional() });

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
