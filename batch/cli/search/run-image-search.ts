import { readFile } from 'node:fs/promises';
import process from 'node:process';
import Table from 'cli-table3';
import { AppError } from '../../../shared/errors/index.ts';
import { parseFilter } from '../../../shared/filter/parse-filter.ts';
import { fileReason } from '../../../shared/platform/file-reason.ts';
import type { ImageSearchAnswer } from '../../../shared/search/search-by-image.ts';
import { createQdrantStore } from '../../../workers/clients/index.ts';
import { IndexFolder } from '../../index/index-folder.ts';
import { searchIndexByImage } from '../../search/search-index-by-image.ts';
import { interruptible } from '../interrupt.ts';
import type { SearchOptions } from './run-search.ts';

/** Searches with an image file and prints the nearest images, as a table or as JSON. */
export async function runImageSearch(path: string, options: SearchOptions): Promise<void> {
  assertFitting(options);
  const { index, qdrant, limit, backend, precision, collapse, filter, memoryMb, json } = options;
  const file = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    const missing = cause.code === 'ENOENT';
    throw new AppError(
      missing ? 'file_missing' : 'file_unreadable',
      missing ? `there is no file ${path}` : `${path} cannot be read: ${fileReason(cause)}`,
      { cause },
    );
  });
  const apiKey = process.env.QDRANT_API_KEY || undefined;
  const answer = await interruptible((signal) =>
    searchIndexByImage({
      index: new IndexFolder(index),
      store: qdrant === undefined ? undefined : createQdrantStore({ url: qdrant, apiKey }),
      file,
      limit,
      backend,
      precision,
      collapse,
      filter: filter === undefined ? undefined : parseFilter(filter),
      memoryBytes: memoryMb * 2 ** 20,
      signal,
    }),
  );
  process.stdout.write(json ? `${JSON.stringify(printed(answer), undefined, 2)}\n` : asText(answer));
}

/** Refuses what is about sentences. */
function assertFitting({ exhaustive, coarse, understand, not, facets }: SearchOptions): void {
  const wrong = [
    exhaustive && '--exhaustive',
    !coarse && '--no-coarse',
    !understand && '--no-understand',
    not.length > 0 && '--not',
    facets !== undefined && '--facets',
  ].filter((name) => typeof name === 'string');
  if (wrong.length === 0) return;
  throw new AppError('argument_invalid', `${wrong.join(', ')}: not for a search with an image`, {
    hint: 'a search with --image has --limit, --filter and --no-collapse',
  });
}

function printed({ fields: _fields, ...answer }: ImageSearchAnswer) {
  return { stage: 'recall', ...answer };
}

function asText({ filtered, images }: ImageSearchAnswer): string {
  const note = filtered === undefined ? '' : `${filtered.images} images pass ${filtered.filter}\n`;
  if (images.length === 0) return `${note}no images\n`;
  const table = new Table({
    head: ['', 'cosine', 'image', 'caption'],
    style: { head: [], border: [] },
    colWidths: [null, null, null, 60],
    wordWrap: true,
  });
  for (const [rank, { score, image, alike }] of images.entries()) {
    const name = alike === undefined ? image.name : `${image.name}\nand ${alike.count} alike`;
    table.push([rank + 1, score.toFixed(3), name, image.captions[0] ?? '']);
  }
  return `${note}${table.toString()}\n`;
}
