import process from 'node:process';
import Table from 'cli-table3';
import { parseFilter } from '../../../shared/filter/parse-filter.ts';
import { resolveFilter } from '../../../shared/filter/resolve-filter.ts';
import { IndexFolder } from '../../index/index-folder.ts';
import { openIndexSearch } from '../../search/search-index.ts';
import type { IndexOptions } from '../index-options.ts';
import { interruptible } from '../interrupt.ts';

interface CaptionsOptions extends IndexOptions {
  readonly limit: number;
  readonly shortlist?: number;
  readonly filter?: string;
  readonly backend: string;
  readonly memoryMb: number;
  readonly json?: boolean;
}

/** `gsmn index captions`: the captions of the active generation that fit an image best. */
export async function runIndexCaptions(image: number, options: CaptionsOptions): Promise<void> {
  const { index, limit, shortlist, backend, memoryMb, json } = options;
  const asked = options.filter === undefined ? undefined : parseFilter(options.filter);
  const answer = await interruptible(async (signal) => {
    const open = await openIndexSearch({
      index: new IndexFolder(index),
      backend,
      memoryBytes: memoryMb * 2 ** 20,
      signal,
    });
    try {
      const { manifest, captions } = open.generation;
      const filter = asked && resolveFilter(asked, manifest.fields, 'all');
      return {
        generation: manifest.id,
        image,
        ...(await captions.rank({ image, limit, shortlist, filter }, signal)),
      };
    } finally {
      await open.dispose();
    }
  });
  if (json) {
    process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
    return;
  }
  const table = new Table({
    head: ['', 'GSMN', 'coarse', 'of image', 'caption'],
    style: { head: [], border: [] },
    colWidths: [null, null, null, null, 70],
    wordWrap: true,
  });
  for (const [rank, { gsmn, coarse, image: of, text }] of answer.captions.entries()) {
    table.push([rank + 1, gsmn.toFixed(3), coarse.toFixed(3), of === image ? `${of} (its own)` : of, text]);
  }
  process.stdout.write(`${table.toString()}\n`);
}
