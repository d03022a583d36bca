import process from 'node:process';
import Table from 'cli-table3';
import { IndexFolder } from '../../generation/index-folder.ts';
import { type IndexAnswer, searchIndex } from '../../search/search-index.ts';
import { withStorage } from '../index/with-storage.ts';
import type { IndexOptions } from '../index-options.ts';
import { interruptible } from '../interrupt.ts';

interface SearchOptions extends IndexOptions {
  readonly limit: number;
  readonly backend: string;
  readonly json?: boolean;
}

/** Searches and prints the hits: a table for people, JSON for machines. */
export async function runSearch(query: string, options: SearchOptions): Promise<void> {
  const { limit, backend, json } = options;
  const index = new IndexFolder(options.index);
  // Before a database is made for an index that does not exist.
  await index.requireActive();
  const answer = await withStorage(options, ({ store }) =>
    interruptible((signal) => searchIndex({ index, store, backend, query, limit, signal })),
  );
  process.stdout.write(json ? `${JSON.stringify(answer, undefined, 2)}\n` : asText(answer));
}

function asText({ words, hits }: IndexAnswer): string {
  const unknown = words.filter(({ known }) => !known).map(({ text }) => text);
  const note = unknown.length > 0 ? `words that the model does not know: ${unknown.join(', ')}\n` : '';
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
