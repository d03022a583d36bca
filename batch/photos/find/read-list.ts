import { readFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { z } from 'zod';
import { AppError } from '../../../shared/errors/index.ts';
import { describeLoss, jsonLosses } from '../../../shared/formats/json/json-losses.ts';
import { textLines } from '../../../shared/formats/text-lines.ts';
import type { Found, GivenFacts } from './photo-entry.ts';
import { photoName } from './photo-name.ts';

const text = z.string().trim();
const texts = z.union([text, z.array(text)]).transform((value) => [value].flat());

/** One entry of a list. Other members of a JSON object are not known; other columns of a CSV file are metadata. */
const entrySchema = z.object({
  id: z.union([text.min(1), z.number().transform(String)]).optional(),
  path: z.string().min(1).optional(),
  url: z.url({ protocol: /^https?$/ }).optional(),
  caption: texts.optional(),
  captions: texts.optional(),
  alt: texts.optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});
const KNOWN_COLUMNS = new Set(Object.keys(entrySchema.shape));

/** A value before it is checked, or why there is none. */
type Parsed = { readonly value: unknown } | { readonly reason: string };

/** An entry of a list, and where it stands in the file. */
type Row = { readonly line: number } & Parsed;

export type ListFormat = 'jsonl' | 'csv';

/** The format of a list by its name; undefined if the name is that of no list. */
export function listFormat(path: string): ListFormat | undefined {
  const extension = extname(path).toLowerCase();
  if (extension === '.jsonl' || extension === '.ndjson') return 'jsonl';
  return extension === '.csv' ? 'csv' : undefined;
}

/**
 * The photographs of a list, in its order: JSON lines, or CSV with a head line. Each has `path` (relative to the list)
 * or `url`, and may have `id`, `caption` or `alt`, and `metadata`. Entries that cannot be used are problems.
 *
 * @throws AppError `file_missing`, `file_unreadable`; `format_invalid` for a CSV file without the columns, or that is no CSV,
 *   and for JSON lines with CR line ends.
 */
export async function* readList(path: string, format: ListFormat): AsyncGenerator<Found> {
  const content = await readFile(path, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    const missing = thrown.code === 'ENOENT';
    throw new AppError(
      missing ? 'file_missing' : 'file_unreadable',
      missing ? `there is no list ${path}` : `the list ${path} cannot be read (${thrown.code})`,
      { cause: thrown },
    );
  });
  const plain = content.replace(/^\ufeff/, '');
  const ids = new Map<string, number>();
  for (const row of format === 'csv' ? csvRows(path, plain) : jsonRows(path, plain)) {
    const { line } = row;
    const where = `${path}:${line}`;
    const invalid = (reason: string) =>
      ({ kind: 'problem', path: where, code: 'entry_invalid', reason }) as const;
    if ('reason' in row) {
      yield invalid(row.reason);
      continue;
    }
    const checked = entrySchema.safeParse(row.value);
    if (!checked.success) {
      yield invalid(
        checked.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
      );
      continue;
    }
    const { id: own, path: file, url } = checked.data;
    const place = file ?? url;
    if (place === undefined || (file !== undefined && url !== undefined)) {
      yield invalid('an entry needs either "path" or "url"');
      continue;
    }
    if (place.includes('\0')) {
      yield invalid('a path has no character 0');
      continue;
    }
    const name = url ?? photoName(place);
    const id = own ?? name;
    const first = ids.get(id);
    if (first !== undefined) {
      yield invalid(`the id "${id}" is that of line ${first}, too; give each entry an id of its own`);
      continue;
    }
    ids.set(id, line);
    yield {
      kind: 'entry',
      id,
      name,
      location: url === undefined ? { path: resolve(dirname(path), place) } : { url },
      promised: true,
      given: givenFacts(checked.data),
    };
  }
}

function givenFacts({ caption, captions, alt, metadata }: z.infer<typeof entrySchema>): GivenFacts {
  const sentences = [...(caption ?? []), ...(captions ?? []), ...(alt ?? [])].filter(
    (sentence) => sentence !== '',
  );
  return { captions: [...new Set(sentences)], ...(metadata === undefined ? {} : { metadata }) };
}

function* jsonRows(path: string, content: string): Generator<Row> {
  let line = 0;
  for (const textOfLine of textLines(content, path)) {
    line++;
    if (textOfLine.trim() === '') continue;
    yield { line, ...jsonOf(textOfLine) };
  }
}

/** The value of a JSON text, or why it has none: it is no JSON, or `JSON.parse` would silently change what it says. */
function jsonOf(content: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return { reason: 'this is not JSON' };
  }
  for (const loss of jsonLosses(content)) {
    const { what, hint } = describeLoss(loss);
    return { reason: `${what}; ${hint}` };
  }
  return { value };
}

function* csvRows(path: string, content: string): Generator<Row> {
  let rows: {
    readonly info: { readonly lines: number };
    readonly record: Readonly<Record<string, string>>;
  }[];
  let names: string[] = [];
  try {
    rows = parseCsv(content, {
      columns: (given: string[]) => {
        names = given.map((name) => name.trim());
        return names;
      },
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as typeof rows;
  } catch (cause) {
    throw new AppError(
      'format_invalid',
      `${path} is not CSV: ${String(cause instanceof Error ? cause.message : cause)}`,
      {
        hint: 'put a field that contains a comma, a quote or a line break into double quotes, and double the quotes in it',
        cause,
      },
    );
  }
  const [head] = rows;
  if (head !== undefined && !('path' in head.record) && !('url' in head.record)) {
    throw new AppError('format_invalid', `${path} has no column "path" and no column "url"`, {
      hint: 'the first line names the columns: id, path or url, caption, alt, metadata',
    });
  }
  const twice = names.find((name, index) => name !== '' && names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new AppError('format_invalid', `${path} has more than one column "${twice}"`, {
      hint: 'give each column a name of its own',
    });
  }
  for (const { info, record } of rows) yield { line: info.lines, ...csvEntry(record) };
}

/** An empty field is a missing one. `metadata` is JSON, and every column that is not known is metadata. */
function csvEntry(record: Readonly<Record<string, string>>): Parsed {
  const entry: Record<string, unknown> = {};
  const columns: Record<string, unknown> = {};
  let own: object = {};
  for (const [column, field] of Object.entries(record)) {
    if (field === undefined || field === '') continue;
    if (!KNOWN_COLUMNS.has(column)) columns[column] = field;
    else if (column !== 'metadata') entry[column] = field;
    else {
      const parsed = jsonOf(field);
      if ('reason' in parsed) return { reason: `metadata: ${parsed.reason}` };
      const { value } = parsed;
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        return { reason: 'metadata: this is not a JSON object' };
      }
      own = value;
    }
  }
  const twice = Object.keys(own).find((name) => Object.hasOwn(columns, name));
  if (twice !== undefined) return { reason: `metadata: "${twice}" is a column, too; give it once` };
  const metadata = { ...columns, ...own };
  return { value: Object.keys(metadata).length === 0 ? entry : { ...entry, metadata } };
}
