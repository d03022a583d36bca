import process from 'node:process';
import Table from 'cli-table3';
import { AppError } from '../../../shared/errors/index.ts';
import { parseFilter } from '../../../shared/filter/parse-filter.ts';
import { type Channel, type Denied, type MatchPrecision, notSchema } from '../../../shared/schema/index.ts';
import { createQdrantStore } from '../../../workers/clients/index.ts';
import { IndexFolder } from '../../index/index-folder.ts';
import { type IndexAnswer, type SearchIndexOptions, searchIndex } from '../../search/search-index.ts';
import type { IndexOptions } from '../index-options.ts';
import { interruptible } from '../interrupt.ts';
import { withProgress } from '../progress.ts';
import { readingNote } from './reading-note.ts';

export interface SearchOptions extends IndexOptions {
  readonly limit: number;
  readonly backend: string;
  readonly precision: MatchPrecision;
  readonly exhaustive?: boolean;
  readonly coarse: boolean;
  readonly understand: boolean;
  readonly collapse: boolean;
  readonly not: readonly string[];
  readonly filter?: string;
  readonly facets?: string;
  readonly channels?: readonly Channel[];
  readonly memoryMb: number;
  readonly json?: boolean;
}

/** Searches and prints the hits, as a table or as JSON. */
export async function runSearch(query: string, options: SearchOptions): Promise<void> {
  if (!options.coarse && !options.exhaustive) {
    throw new AppError(
      'argument_invalid',
      '--no-coarse ranks without the coarse score, but recall needs it',
      {
        hint: 'use it with --exhaustive',
      },
    );
  }
  const answer = await interruptible((signal) =>
    options.exhaustive
      ? withProgress('compare', 'images', (onProgress) => run(query, options, { signal, onProgress }))
      : run(query, options, { signal }),
  );
  process.stdout.write(options.json ? `${JSON.stringify(answer, undefined, 2)}\n` : asText(answer));
}

function run(
  query: string,
  {
    index,
    qdrant,
    limit,
    backend,
    precision,
    coarse,
    understand,
    collapse,
    exhaustive = false,
    not,
    filter,
    facets,
    channels,
    memoryMb,
  }: SearchOptions,
  work: Pick<SearchIndexOptions, 'signal' | 'onProgress'>,
): Promise<IndexAnswer> {
  const apiKey = process.env.QDRANT_API_KEY || undefined;
  return searchIndex({
    index: new IndexFolder(index),
    store: qdrant === undefined || exhaustive ? undefined : createQdrantStore({ url: qdrant, apiKey }),
    query,
    limit,
    backend,
    precision,
    exhaustive,
    understand,
    collapse,
    not: not.length === 0 ? undefined : deniedOf(not),
    filter: filter === undefined ? undefined : parseFilter(filter),
    facets: facets?.split(',').map((name) => name.trim()),
    channels,
    fuse: coarse,
    memoryBytes: memoryMb * 2 ** 20,
    ...work,
  });
}

function deniedOf(not: readonly string[]): Denied {
  const read = notSchema.safeParse(not);
  if (read.success) return read.data;
  throw new AppError('argument_invalid', `--not: ${read.error.issues[0]?.message}`, {
    hint: 'name phrases that images should not show, or images as id:123',
    cause: read.error,
  });
}

/** Says if nothing may fit. */
function matchNote({ match }: Pick<IndexAnswer, 'match'>): string {
  if (match === 'none') return 'nothing seems to fit; these are the nearest images\n';
  return match === 'weak' ? 'perhaps nothing fits; these are the nearest images\n' : '';
}

function asText({ hits, ...answer }: IndexAnswer): string {
  const note = readingNote(answer) + filterNote(answer) + matchNote(answer);
  if (hits.length === 0) return `${note}no hits\n`;
  const told = hits.some(({ captions }) => captions !== undefined) ? ['captions'] : [];
  const head = ['', 'fits', 'score', 'GSMN', 'coarse', ...told, 'image', 'caption'];
  const table = new Table({
    head,
    style: { head: [], border: [] },
    colWidths: [...head.slice(1).map(() => null), 60],
    wordWrap: true,
  });
  for (const [rank, hit] of hits.entries()) {
    const { relevance, score, gsmn, coarse, captions, image, alike } = hit;
    const fits = relevance === undefined ? '' : `${Math.round(100 * relevance)}%`;
    const numbers = [score, gsmn, coarse, ...told.map(() => captions)].map(
      (value) => value?.toFixed(3) ?? '',
    );
    const name = alike === undefined ? image.name : `${image.name}\nand ${alike.count} alike`;
    table.push([rank + 1, fits, ...numbers, name, image.captions[0] ?? '']);
  }
  return `${note}${table.toString()}\n`;
}

/** How many images pass, and the values that are counted; nothing without either. */
function filterNote({ filtered, facets = {} }: Omit<IndexAnswer, 'hits'>): string {
  const lines = Object.entries(facets).map(
    ([field, counts]) => `${field}: ${counts.map(({ value, count }) => `${value} (${count})`).join(', ')}`,
  );
  if (filtered !== undefined) lines.unshift(`${filtered.images} images pass ${filtered.filter}`);
  return lines.map((line) => `${line}\n`).join('');
}
