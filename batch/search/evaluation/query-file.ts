import { z } from 'zod';
import { AppError } from '../../../shared/errors/index.ts';
import { textLines } from '../../../shared/formats/text-lines.ts';
import type { ImagePayload } from '../../../shared/schema/index.ts';
import { parseJson } from '../../data/text-files.ts';

const lineSchema = z
  .strictObject({
    query: z.string().trim().min(1),
    /** Names or ids of the images that fit; none if nothing in the index does. */
    relevant: z.array(z.union([z.string(), z.number().int().nonnegative()])).optional(),
    /** Instead: the images that have one of these captions. */
    captions: z.array(z.string()).min(1).optional(),
    /** What the query is an example of; each kind has figures of its own. */
    kind: z.string().min(1).default('all'),
  })
  .refine(({ relevant, captions }) => (relevant === undefined) !== (captions === undefined), {
    message: 'a line has either "relevant" or "captions"',
  });

/** A line of a file of queries as it is written. */
export type QueryLine = z.input<typeof lineSchema>;

/** A query with the images of an index that fit it. */
export interface JudgedQuery {
  readonly text: string;
  readonly kind: string;
  /** Ids; empty if nothing fits. */
  readonly relevant: ReadonlySet<number>;
}

/**
 * Queries and the images that fit them, one JSON object on a line.
 *
 * @param images all images of the index, by id.
 * @throws AppError `format_invalid` that names the line, `not_found` for an image or a caption that the index lacks.
 */
export function readQueryFile(
  content: string,
  name: string,
  images: readonly Pick<ImagePayload, 'name' | 'captions'>[],
): JudgedQuery[] {
  const byName = new Map(images.map(({ name: own }, id) => [own, id]));
  const byCaption = Map.groupBy(
    images.flatMap(({ captions }, id) => captions.map((caption) => ({ caption: caption.trim(), id }))),
    ({ caption }) => caption,
  );
  const queries: JudgedQuery[] = [];
  let line = 0;
  for (const text of textLines(content, name)) {
    line++;
    if (text.trim() === '') continue;
    const where = `${name}:${line}`;
    const { query, kind, relevant, captions } = readLine(text, where);
    const missing = (what: string) =>
      new AppError('not_found', `${where}: the index has no ${what}`, {
        hint: 'write the queries for the images of this index, or build the index that they were written for',
      });
    const ids = (relevant ?? []).map((image) => {
      const id = typeof image === 'number' ? image : byName.get(image);
      if (id === undefined || id >= images.length) throw missing(`image ${JSON.stringify(image)}`);
      return id;
    });
    const captioned = (captions ?? []).flatMap((caption) => {
      const found = byCaption.get(caption.trim());
      if (found === undefined) throw missing(`caption ${JSON.stringify(caption)}`);
      return found.map(({ id }) => id);
    });
    queries.push({ text: query, kind, relevant: new Set([...ids, ...captioned]) });
  }
  if (queries.length > 0) return queries;
  throw new AppError('format_invalid', `${name} has no queries`, {
    hint: 'a line is {"query": "a dog", "relevant": ["dog.jpg"]}',
  });
}

function readLine(text: string, where: string): z.output<typeof lineSchema> {
  const parsed = lineSchema.safeParse(parseJson(text, where));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AppError('format_invalid', `${where}: ${issue?.path.join('.')}: ${issue?.message}`, {
    hint: 'a line is {"query": "a dog", "relevant": ["dog.jpg"]}',
    cause: parsed.error,
  });
}
