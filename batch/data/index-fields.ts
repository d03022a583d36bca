import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../shared/errors/index.ts';
import { type FieldProblem, fieldValues, publicMetadata } from '../../shared/filter/field-values.ts';
import { type FieldValues, type IndexFields, indexFieldsSchema } from '../../shared/schema/index.ts';
import type { Split } from './split.ts';
import { readJson } from './text-files.ts';

/** Declares the fields of an index: beside a list of photographs, in a folder of photographs, in a data folder. */
export const SCHEMA_FILE = 'index.schema.json';

/**
 * By what photographs can be filtered without a schema file: what their payloads have (`describePhoto`). Where they were taken is among it
 * only with `--gps`.
 */
const PHOTO_FIELDS: IndexFields = indexFieldsSchema.parse({
  format: 'gsmn-index-schema',
  version: 1,
  fields: {
    taken: { type: 'date' },
    year: { type: 'integer' },
    camera: { type: 'keyword' },
    keywords: { type: 'keyword', list: true },
    folders: { type: 'keyword', list: true },
    format: { type: 'keyword' },
    bytes: { type: 'integer' },
    latitude: { type: 'number' },
    longitude: { type: 'number' },
  },
  // What else lists and files say is shown.
  others: 'public',
});

/** The declared fields of a split, checked for every image. */
export interface SplitFields {
  readonly declared: IndexFields;
  /** Of each image. */
  readonly values: readonly FieldValues[];
  /** Of each image: what answers may show. */
  readonly metadata: readonly Readonly<Record<string, unknown>>[];
  /** What the user should know. */
  readonly notes: readonly string[];
}

/**
 * The fields by which a split is filtered: as a schema file declares them (by default `index.schema.json` in the data folder), or those
 * of photographs. Nothing is guessed: without a declaration there are none.
 *
 * @param schema the file; it must exist if it is given.
 * @throws AppError `file_missing`, `config_invalid` for a file that is no schema; `format_invalid` for an image whose value is of another
 *   type. Of the fields that photographs have without a file, those with such a value are left out, with a note.
 */
export async function splitFields(split: Split, schema?: string): Promise<SplitFields | undefined> {
  const path = schema ?? join(split.folder, SCHEMA_FILE);
  const named = await readSchema(path);
  if (named === undefined && schema !== undefined) {
    throw new AppError('file_missing', `there is no ${schema}`, { hint: 'look at the path of --schema' });
  }
  if (named !== undefined) return checkedFields(split, named, path);
  const ofPhotographs = existsSync(join(split.folder, `${split.split}_photographs.json`));
  return ofPhotographs ? fittingFields(split, PHOTO_FIELDS) : undefined;
}

async function readSchema(path: string): Promise<IndexFields | undefined> {
  const value = await readJson(path);
  if (value === undefined) return undefined;
  const parsed = indexFieldsSchema.safeParse(value);
  if (parsed.success && !declaresPrototype(value)) return parsed.data;
  if (parsed.success) {
    throw new AppError('config_invalid', `${path}: fields: __proto__ cannot be the name of a field`, {
      hint: 'declare the field by another name, with "from": "__proto__"',
    });
  }
  const [issue] = parsed.error.issues;
  const message = issue?.code === 'invalid_key' ? issue.issues[0]?.message : issue?.message;
  throw new AppError('config_invalid', `${path}: ${issue?.path.join('.')}: ${message}`, {
    hint: 'for example {"format": "gsmn-index-schema", "version": 1, "fields": {"year": {"type": "integer"}}}',
    cause: parsed.error,
  });
}

/** Schemas pass over this name without a word. */
function declaresPrototype(value: unknown): boolean {
  const { fields } = value as { readonly fields: object };
  return Object.hasOwn(fields, '__proto__');
}

function checkedFields(split: Split, declared: IndexFields, path: string): SplitFields {
  const { problems, ...found } = valuesOf(split, declared);
  const [first] = problems;
  if (first !== undefined) {
    const more = problems.length > 1 ? `; ${problems.length - 1} more values do not fit` : '';
    throw new AppError('format_invalid', `${describeProblem(split, first)}${more}`, {
      hint: `${first.hint} (${path})`,
    });
  }
  return found;
}

/** The fields whose values all fit. */
function fittingFields(split: Split, declared: IndexFields): SplitFields {
  const { problems, ...found } = valuesOf(split, declared);
  if (problems.length === 0) return found;
  const wrong = new Map(problems.map((problem) => [problem.field, problem]));
  const fields = Object.fromEntries(Object.entries(declared.fields).filter(([name]) => !wrong.has(name)));
  const { problems: _none, ...fitting } = valuesOf(split, { ...declared, fields });
  return {
    ...fitting,
    notes: [...wrong.values()].map(
      (problem) =>
        `images cannot be filtered by ${problem.field}: ${describeProblem(split, problem)}; declare it as what it is in ${SCHEMA_FILE} beside the photographs`,
    ),
  };
}

type Problem = FieldProblem & { readonly image: number };

function valuesOf(split: Split, declared: IndexFields): SplitFields & { readonly problems: Problem[] } {
  const problems: Problem[] = [];
  const values: FieldValues[] = [];
  const metadata: Readonly<Record<string, unknown>>[] = [];
  for (let image = 0; image < split.images; image++) {
    const own = split.metadata?.[image] ?? {};
    const found = fieldValues(own, declared);
    values.push(found.values);
    metadata.push(publicMetadata(own, declared));
    problems.push(...found.problems.map((problem) => ({ ...problem, image })));
  }
  return { declared, values, metadata, notes: [], problems };
}

function describeProblem({ imageNames }: Split, { image, field, what }: Problem): string {
  const name = imageNames?.[image];
  return `image ${image}${name === undefined ? '' : ` (${name})`}: ${field} ${what}`;
}
