import process from 'node:process';
import Table from 'cli-table3';
import { AppError } from '../../../shared/errors/index.ts';
import type { MatchPrecision } from '../../../shared/schema/index.ts';
import { IndexFolder } from '../../index/index-folder.ts';
import { searchExhaustively } from '../../search/search-exhaustively.ts';
import { type IndexAnswer, searchIndex } from '../../search/search-index.ts';
import { withStorage } from '../../serve/storage.ts';
import type { IndexOptions } from '../index-options.ts';
import { interruptible } from '../interrupt.ts';
import { withProgress } from '../progress.ts';
import { unknownWordsNote } from './unknown-words-note.ts';

interface SearchOptions extends IndexOptions {
  readonly limit: number;
  readonly backend: string;
  readonly precision: MatchPrecision;
  readonly exhaustive?: boolean;
  readonly coarse: boolean;
  readonly memoryMb: number;
  readonly json?: boolean;
}

/** Searches and prints the hits: a table for people, JSON for machines. */
export async function runSearch(query: string, options: SearchOptions): Promise<void> {
  if (!options.coarse && !options.exhaustive) {
    throw new AppError(
      'argument_invalid',
      '--no-coarse ranks without the coarse score, but recall needs it',
      {
        hint: 'give it with --exhaustive',
      },
    );
  }
  const answer = await (options.exhaustive ? exhaustive(query, options) : shortlist(query, options));
  process.stdout.write(options.json ? `${JSON.stringify(answer, undefined, 2)}\n` : asText(answer));
}

async function shortlist(query: string, options: SearchOptions): Promise<IndexAnswer> {
  const { limit, backend, precision } = options;
  const index = new IndexFolder(options.index);
  // Before a database is made for an index that does not exist.
  await index.requireActive();
  return withStorage(options, ({ store }) =>
    interruptible((signal) => searchIndex({ index, store, backend, precision, query, limit, signal })),
  );
}

function exhaustive(query: string, options: SearchOptions): Promise<IndexAnswer> {
  const { limit, backend, precision, coarse, memoryMb } = options;
  const index = new IndexFolder(options.index);
  const memoryBytes = memoryMb * 2 ** 20;
  return interruptible((signal) =>
    withProgress('compare', 'images', (onProgress) =>
      searchExhaustively({
        index,
        backend,
        precision,
        query,
        limit,
        coarse,
        memoryBytes,
        signal,
        onProgress,
      }),
    ),
  );
}

function asText({ words, hits }: IndexAnswer): string {
  const note = unknownWordsNote(words);
  if (hits.length === 0) return `${note}no hits\n`;
  const table = new Table({
    head: ['', 'score', 'graph', 'coarse', 'image', 'caption'],
    style: { head: [], border: [] },
    colWidths: [null, null, null, null, null, 60],
    wordWrap: true,
  });
  for (const [rank, hit] of hits.entries()) {
    const { score, gsmn, coarse, image } = hit;
    const numbers = [score, gsmn, coarse].map((value) => value.toFixed(3));
    table.push([rank + 1, ...numbers, image.name, image.captions[0] ?? '']);
  }
  return `${note}${table.toString()}\n`;
}
